import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

export interface BundleOptions {
  /** The module to start; becomes `main.mjs`. */
  readonly entry: string
  /** Modules that are started by themselves, such as worker threads, by the name that they get. */
  readonly threads?: Readonly<Record<string, string>>
  /** Default: a folder of its own in `.aws-build/`, the same for the same entry. */
  readonly outputFolder?: string
}

/**
 * Bundles modules for Node 24 into a folder that needs no `node_modules`, and returns it. Some packages still call
 * `require`, which ES modules do not have: they get one.
 */
export function bundle({ entry, threads = {}, outputFolder = folderOf(entry) }: BundleOptions): string {
  buildSync({
    absWorkingDir: root,
    entryPoints: { main: entry, ...threads },
    outdir: outputFolder,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
    minify: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  return outputFolder
}

function folderOf(entry: string): string {
  return `${root}.aws-build/${createHash('sha256').update(entry).digest('hex').slice(0, 16)}`
}
