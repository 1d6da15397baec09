/** Throughput of one address under load, by autocannon. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { benchFolder, type Contestant } from './contestants.ts'

interface Result {
  readonly requests: { readonly total: number }
  readonly duration: number
  readonly errors: number
  readonly timeouts: number
  readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>
}
type Autocannon = (options: object) => Promise<Result>

export interface Load {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** The status that every answer must have. */
  readonly status: number
  readonly seconds: number
}

const connections = 16
/** A slow side gets more time until it has answered at all. */
const longestSeconds = 16

/**
 * Answers per second.
 * @throws Error when any answer is another one than was asked for: a fast failure is no result
 */
export async function throughput(contestant: Contestant, { path, headers, status, seconds }: Load): Promise<number> {
  // Only there once the bench has installed it, so it cannot be an import
  const autocannon: Autocannon = createRequire(import.meta.url)(join(benchFolder, 'node_modules/autocannon'))
  const url = `${contestant.url.replace('localhost', '127.0.0.1')}${path}`
  const result = await autocannon({ url, headers, connections, duration: seconds })
  const right = result.statusCodeStats[String(status)]?.count ?? 0
  if (result.requests.total === 0 && result.errors === 0 && seconds < longestSeconds)
    return throughput(contestant, { path, headers, status, seconds: seconds * 4 })
  if (right < result.requests.total || right === 0 || result.errors > 0) {
    const seen = JSON.stringify(result.statusCodeStats)
    throw new Error(`${contestant.name} ${path}: not ${status} only: ${seen}, ${result.errors} errors`)
  }
  return right / result.duration
}
