/** `npm run build`: bundles the worker as it is deployed, and fails when it is not edge-clean or too large. */
import { gzipSync } from 'node:zlib'
import { BundleError, bundleWorker } from './bundle.ts'

/** A third of what Cloudflare's free plan takes: https://developers.cloudflare.com/workers/platform/limits/#worker-size */
const budgetGzipBytes = 1_000_000

try {
  const { code } = await bundleWorker()
  const gzipBytes = gzipSync(code).byteLength
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`
  console.log(`worker: ${kilobytes(Buffer.byteLength(code))}, ${kilobytes(gzipBytes)} with gzip`)
  if (gzipBytes > budgetGzipBytes) {
    console.error(`The worker is larger than its budget of ${kilobytes(budgetGzipBytes)} with gzip.`)
    process.exitCode = 1
  }
} catch (error) {
  if (!(error instanceof BundleError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
