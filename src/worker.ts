import { createApp } from './app.ts'
import { parseConfig } from './config.ts'
import { webPlatform } from './std/platform.ts'
import { wire } from './wiring.ts'

/** One app per isolate, made when the first request brings the settings. */
let app: ReturnType<typeof createApp> | undefined

export default {
  fetch(request, env, context) {
    app ??= createApp(wire(parseConfig(env), webPlatform))
    return app.fetch(request, env, context)
  },
} satisfies ExportedHandler<Record<string, unknown>>
