import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Bundles programs for Node 24 into a folder that needs no `node_modules`. Some packages still call `require`, which ES
 * modules do not have: they get one.
 * @param programs modules that are started, worker threads too, by the name that they get: `<name>.mjs`
 */
export function bundle(programs: Readonly<Record<string, string>>, outputFolder: string): void {
  buildSync({
    absWorkingDir: root,
    entryPoints: { ...programs },
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
}

/** What this process has bundled: each region has the same functions. */
const bundled = new Set<string>()

/** Bundles one module as `main.mjs`, and returns the folder: always the same one for the same module. */
export function bundleOne(entry: string): string {
  const folder = `${root}.aws-build/${createHash('sha256').update(entry).digest('hex').slice(0, 16)}`
  if (!bundled.has(folder)) bundle({ main: entry }, folder)
  bundled.add(folder)
  return folder
}
