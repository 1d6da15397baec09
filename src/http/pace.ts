import { refuse } from '../model/refusals.ts'
import type { Pace } from '../std/pace.ts'
import type { Platform } from '../std/platform.ts'

/** The longest that nothing may come; a mobile line that changes its cell is back within seconds. */
const silenceMs = 30_000
/** For a whole body: what a line of 2 Mbit/s needs for the 500 MB that a publish may have at most. */
const wholeMs = 35 * 60_000

/**
 * Bounds the time that one request's body may take: a sender that falls silent, or only trickles, must not hold a
 * request, and what it has staged, for ever. Begins now; its waits end in the refusal `body_too_slow`.
 */
export function paceOf(platform: Pick<Platform, 'now' | 'sleep'>): Pace {
  const endsAt = platform.now() + wholeMs
  return async (next) => {
    next.catch(() => undefined) // its own end no longer matters once the time is over
    const leftMs = endsAt - platform.now()
    // Not raced: somebody who sends without a pause would always be first
    if (leftMs <= 0) throw refuse('body_too_slow')
    const arrived = new AbortController()
    const late = platform
      .sleep(Math.min(silenceMs, leftMs), arrived.signal)
      .then(() => Promise.reject(refuse('body_too_slow')))
    late.catch(() => undefined) // cut short by what arrived
    try {
      return await Promise.race([next, late])
    } finally {
      arrived.abort()
    }
  }
}
