import { createApp } from './app.ts'
import { type Config, parseConfig } from './config.ts'
import { webPlatform } from './std/platform.ts'
import { wireTelemetry } from './wire-telemetry.ts'
import { type Registry, wire } from './wiring.ts'

/** One registry per isolate, made when the first request, or the clock, brings the settings. */
let registry: Registry | undefined
let app: ReturnType<typeof createApp> | undefined

function made(config: Config): Registry {
  return wire(config, webPlatform, wireTelemetry(config, webPlatform, 'edge'))
}

function registryWith(env: Record<string, unknown>): Registry {
  registry ??= made(parseConfig(env))
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
