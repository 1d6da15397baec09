import { builtinModules } from 'node:module'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile, type Plugin } from 'esbuild'
import { readWorkerSettings } from './worker-settings.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * The built-ins of Node that edge code may use: workerd has them natively, and the web platform has nothing in their
 * place. The same list as `src/std/node-builtins.d.ts`, which gives the reasons.
 */
const allowedBuiltins = ['node:async_hooks', 'node:buffer', 'node:crypto', 'node:zlib']

/** The worker as one module, with what `wrangler.toml` says about it. */
export interface WorkerBundle {
  readonly code: string
  /** The source map; the code names it `worker.mjs.map`. */
  readonly map: string
  readonly compatibilityDate: string
  readonly compatibilityFlags: readonly string[]
}

/** The worker cannot be built, or is not edge-clean; the message lists why, one reason a line. */
export class BundleError extends Error {
  constructor(reasons: readonly string[]) {
    super(reasons.join('\n'))
    this.name = 'BundleError'
  }
}

/**
 * Bundles the worker that `wrangler.toml` names, resolved as wrangler resolves it. Built-ins of Node outside of the
 * allowed list are refused wherever they are reached, also inside of packages, with the imports that lead to them.
 * @param root where `wrangler.toml` is
 * @throws BundleError
 */
export async function bundleWorker(root: string = repository): Promise<WorkerBundle> {
  const { main, compatibilityDate, compatibilityFlags } = readWorkerSettings(root)
  const result = await build({
    absWorkingDir: root,
    entryPoints: [main],
    outfile: join(root, 'worker.mjs'),
    write: false,
    bundle: true,
    format: 'esm',
    target: 'esnext',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    define: { 'process.env.NODE_ENV': '"production"' },
    sourcemap: 'linked',
    sourceRoot: root.endsWith(sep) ? root : `${root}${sep}`,
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [keepBuiltins],
  }).catch((error: unknown) => {
    throw new BundleError(buildMessages(error))
  })
  const strangers = findStrangers(result.metafile)
  if (strangers.length > 0) throw new BundleError(strangers)
  const text = (end: string) => result.outputFiles.find((file) => file.path.endsWith(end))?.text ?? ''
  return { code: text('.mjs'), map: text('.mjs.map'), compatibilityDate, compatibilityFlags }
}

/** Leaves every built-in for workerd; which of them are allowed is decided with the whole graph at hand. */
const keepBuiltins: Plugin = {
  name: 'keep-builtins',
  setup(context) {
    const names = new Set(builtinModules)
    context.onResolve({ filter: /^(node:)?[a-z_/0-9]+$/ }, ({ path }) => {
      const bare = path.replace(/^node:/, '')
      return path.startsWith('node:') || names.has(bare) ? { path: `node:${bare}`, external: true } : undefined
    })
  },
}

function findStrangers({ inputs }: Metafile): readonly string[] {
  const strangers: string[] = []
  for (const [file, { imports }] of Object.entries(inputs)) {
    for (const { path, external, kind } of imports) {
      if (external !== true || !path.startsWith('node:')) continue
      // In an ES module for workerd, nothing answers a `require` of a built-in.
      if (allowedBuiltins.includes(path) && kind !== 'require-call') continue
      strangers.push([path, file, ...chainAbove(file, inputs)].join(' <- '))
    }
  }
  return [...new Set(strangers)].map((chain) => `Edge code must not use this built-in of Node: ${chain}`)
}

/** The shortest way from the entry to the file, the file itself left out, nearest importer first. */
function chainAbove(file: string, inputs: Metafile['inputs']): readonly string[] {
  const seen = new Set([file])
  let ways: readonly (readonly string[])[] = [[file]]
  while (ways.length > 0) {
    const longer: (readonly string[])[] = []
    for (const way of ways) {
      const last = way.at(-1)
      const importers = Object.keys(inputs).filter((other) => inputs[other]?.imports.some(({ path }) => path === last))
      // Nobody imports the entry.
      if (importers.length === 0) return way.slice(1)
      for (const importer of importers) {
        if (!seen.has(importer)) longer.push([...way, importer])
        seen.add(importer)
      }
    }
    ways = longer
  }
  return []
}

function buildMessages(error: unknown): readonly string[] {
  const messages = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : undefined
  if (messages === undefined) throw error
  return messages.map((message: { text: string; location?: { file: string; line: number } | null }) =>
    message.location ? `${message.location.file}:${message.location.line}: ${message.text}` : message.text,
  )
}
