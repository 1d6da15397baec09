import { createApp } from './app.ts'
import { parseConfig } from './config.ts'
import { webPlatform } from './std/platform.ts'
import { type Registry, wire } from './wiring.ts'

/** One registry per isolate, made when the first request, or the clock, brings the settings. */
let registry: Registry | undefined
let app: ReturnType<typeof createApp> | undefined

function registryWith(env: Record<string, unknown>): Registry {
  registry ??= wire(parseConfig(env), webPlatform)
  return registry
}

export default {
  fetch(request, env, context) {
    app ??= createApp(registryWith(env))
    return app.fetch(request, env, context)
  },
  /** By the cron trigger: where no validator runs while there is nothing to do, nobody else would find a lost job. */
  async scheduled(_, env) {
    await registryWith(env).sweep()
  },
} satisfies ExportedHandler<Record<string, unknown>>
