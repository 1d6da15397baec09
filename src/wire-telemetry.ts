import type { Config } from './config.ts'
import type { Telemetry } from './model/telemetry.ts'
import { release } from './release.ts'
import type { Platform } from './std/platform.ts'
import { Tracer } from './std/tracer.ts'

/**
 * What the settings ask a component to tell of itself.
 * @param component as traces name it, behind `deckle-`
 */
export function wireTelemetry(
  config: Pick<Config, 'traces'>,
  platform: Platform,
  component: 'edge' | 'front-desk' | 'validator',
  { metrics }: Pick<Telemetry, 'metrics'> = {},
): Telemetry {
  const { traces } = config
  const service = `deckle-${component}`
  return {
    ...(metrics === undefined ? {} : { metrics }),
    ...(traces === undefined ? {} : { tracer: new Tracer({ ...traces, platform, service, version: release }) }),
  }
}
