import { dirname } from 'node:path'
import type { V4MiniflareOptions } from 'miniflare'
import { loopback } from './listen.ts'

export interface EdgeOptions {
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host?: string
  readonly port: number
  readonly code: string
  /** Where the code comes from; its source map may lie beside it. */
  readonly path: string
  readonly compatibilityDate: string
  readonly compatibilityFlags: readonly string[]
  readonly settings: Readonly<Record<string, string>>
}

/** miniflare's options for our worker: settings as bindings, and nothing that reaches out to the network by itself. */
export function edgeOptions(options: EdgeOptions) {
  return {
    host: options.host ?? loopback,
    port: options.port,
    // No look-up of this machine's place in the world, no line per request, no statistics.
    cf: false,
    logRequests: false,
    telemetry: { enabled: false },
    name: 'deckle',
    modulesRoot: dirname(options.path),
    modules: [{ type: 'ESModule', path: options.path, contents: options.code }],
    compatibilityDate: options.compatibilityDate,
    compatibilityFlags: [...options.compatibilityFlags],
    bindings: { ...options.settings },
  } satisfies V4MiniflareOptions
}
