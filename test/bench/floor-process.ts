/** The floor as a process: one worker in miniflare, as `src/node/local/edge-part.ts` runs Deckle's. */
import { join } from 'node:path'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { edgeOptions } from '../../src/node/local/edge-options.ts'
import { relayToLoopback } from '../../src/node/local/relay.ts'
import { readWorkerSettings } from '../../src/node/local/worker-settings.ts'

const [port = '0', settings = '{}'] = process.argv.slice(2)
const here = import.meta.dirname
const worker = join(here, 'floor-worker.mjs')
const built = await build({ entryPoints: [worker], bundle: true, format: 'esm', target: 'esnext', write: false })
const { compatibilityDate, compatibilityFlags } = readWorkerSettings(join(here, '../..'))
const code = built.outputFiles[0]?.text ?? ''
const options = edgeOptions({
  port: Number(port),
  code,
  path: worker,
  compatibilityDate,
  compatibilityFlags,
  settings: JSON.parse(settings),
})
const miniflare = new Miniflare(convertV4MiniflareOptions({ ...options, log: new Log(LogLevel.WARN) }))
await miniflare.ready
const relay = await relayToLoopback('::1', Number(port))
process.once('SIGTERM', () => {
  relay.close()
  void miniflare.dispose().then(() => process.exit(0))
})
