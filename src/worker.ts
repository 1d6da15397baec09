import { type Config, parseConfig } from './config.ts'
import { type Served, serveRegions } from './serve.ts'
import { webPlatform } from './std/platform.ts'
import { wireTelemetry } from './wire-telemetry.ts'

/** One per isolate, made when the first request, or the clock, brings the settings. */
let served: Served | undefined

function made(config: Config): Served {
  return serveRegions(config, webPlatform, wireTelemetry(config, webPlatform, 'edge'))
}

function servedWith(env: Record<string, unknown>): Served {
  served ??= made(parseConfig(env))
  return served
}

export default {
  fetch(request, env, context) {
    return servedWith(env).serve(request, env, context)
  },
  /** By the cron trigger: where no validator runs while there is nothing to do, nobody else would find a lost job. */
  async scheduled(_, env) {
    const { config, sweep } = servedWith(env).registry
    if (!config.storage.isReplica) await sweep()
  },
} satisfies ExportedHandler<Record<string, unknown>>
