import { createApp } from './app.ts'
import type { Config } from './config.ts'
import { failOver, type RegionalApp, type Serve } from './fail-over.ts'
import type { Walls } from './http/walls.ts'
import type { Telemetry } from './model/telemetry.ts'
import type { Platform } from './std/platform.ts'
import type { StorageConfig } from './storage-regions.ts'
import { type Registry, wire } from './wiring.ts'

export interface Served {
  readonly serve: Serve
  /** Of the home region. */
  readonly registry: Registry
}

/** The app on the storage of the home region; where the settings name more, with all of them behind one front. */
export function serveRegions(config: Config, platform: Platform, telemetry: Telemetry = {}, walls?: Walls): Served {
  const registry = wire(config, platform, telemetry)
  const serve: Serve = createApp(registry, walls).fetch
  const [first, ...others] = config.replicas.map((storage) => copyOf(registry, storage, telemetry, walls))
  if (first === undefined) return { serve, registry }
  const home = { name: config.storage.region, serve, isAnswering: registry.isStorageAnswering }
  return { serve: failOver(home, [first, ...others], platform), registry }
}

/** Made when it is first needed: most isolates never do. */
function copyOf(
  { config, platform, events }: Registry,
  storage: StorageConfig,
  telemetry: Telemetry,
  walls?: Walls,
): RegionalApp {
  let made: { readonly serve: Serve; readonly registry: Registry } | undefined
  const make = () => {
    const registry = wire({ ...config, storage, replicas: [] }, platform, telemetry, events)
    return { registry, serve: createApp(registry, walls).fetch }
  }
  const copy = () => (made ??= make())
  return {
    name: storage.region,
    serve: (...call) => copy().serve(...call),
    isAnswering: () => copy().registry.isStorageAnswering(),
  }
}
