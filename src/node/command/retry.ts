import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from './failure.ts'

const firstMs = 500
const mostMs = 30_000

export interface Patience {
  /** How often it is tried in all. */
  readonly attempts: number
  readonly signal: AbortSignal
  /** Told before each wait. */
  readonly onRetry?: (failure: Failure, waitMs: number) => void
  /** For tests. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
  readonly random?: () => number
}

/** Does something until it succeeds, fails for good, or has been tried often enough; waits longer each time. */
export async function retrying<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  const { attempts, signal, onRetry, wait = sleepUnless, random = Math.random } = patience
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Failure) || error.details.isPassing !== true || attempt >= attempts) throw error
      const waitMs = waitBefore(attempt, error.details.retryAfterMs ?? 0, random)
      onRetry?.(error, waitMs)
      await wait(waitMs, signal)
    }
  }
}

/** Doubles, and a random half of it is left out, so that many clients do not come back together. */
export function waitBefore(attempt: number, leastMs: number, random: () => number): number {
  const ceiling = Math.min(mostMs, firstMs * 2 ** (attempt - 1))
  return Math.min(mostMs, Math.max(leastMs, Math.round(ceiling * (0.5 + random() / 2))))
}

async function sleepUnless(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    throw signal.aborted ? interrupted() : error
  }
}

export function interrupted(): Failure {
  return new Failure('interrupted', 'Interrupted.', {
    hint: 'Run the same command again: uploads and downloads go on.',
  })
}
