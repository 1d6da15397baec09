import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleWorker } from './bundle.ts'

/** A bundle on disk, where the edge reads it at each of its starts. */
export interface WorkerFile {
  readonly path: string
  readonly compatibilityDate: string
  readonly compatibilityFlags: readonly string[]
}

/**
 * Bundles the worker into the data folder.
 * @throws BundleError
 */
export async function buildWorker(dataDirectory: string): Promise<WorkerFile> {
  const { code, map, ...settings } = await bundleWorker()
  const folder = join(dataDirectory, 'worker')
  const path = join(folder, 'worker.mjs')
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${path}.map`, map)
  writeFileSync(path, code)
  return { path, ...settings }
}
