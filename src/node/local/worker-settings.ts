import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { z } from 'zod'

const wranglerToml = z.object({
  name: z.string(),
  main: z.string(),
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()).default([]),
})

/** What `wrangler.toml` says about the worker: one definition for deployment and for the local stack. */
export interface WorkerSettings {
  readonly name: string
  /** Relative to the repository. */
  readonly main: string
  readonly compatibilityDate: string
  readonly compatibilityFlags: readonly string[]
}

export function readWorkerSettings(root: string): WorkerSettings {
  const settings = wranglerToml.parse(parse(readFileSync(join(root, 'wrangler.toml'), 'utf8')))
  return {
    name: settings.name,
    main: settings.main,
    compatibilityDate: settings.compatibility_date,
    compatibilityFlags: settings.compatibility_flags,
  }
}
