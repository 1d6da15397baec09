import { type Platform, webPlatform } from '../../src/std/platform.ts'

export type Moment = 'before' | 'after'

/** A flow is killed at every so many of its requests: all of them, unless a slow server is tried. */
export const everyNthDeath = Number(process.env['DECKLE_TEST_EVERY_NTH_DEATH'] ?? 1)

/**
 * A platform whose process dies at its `at`-th request.
 * @param counts which requests are counted; default: all
 */
export function dying(
  at: number,
  moment: Moment,
  counts: (request: Request) => boolean = () => true,
): Platform & { readonly requests: () => number } {
  let requests = 0
  return {
    ...webPlatform,
    // Back-offs take no time; time-outs, which are sleeps too, keep theirs
    sleep: (milliseconds, signal) =>
      milliseconds < 1_000 ? Promise.resolve() : webPlatform.sleep(milliseconds, signal),
    requests: () => requests,
    async fetch(request) {
      if (counts(request) || requests >= at) requests += 1
      if (requests > at || (requests === at && moment === 'before')) throw new TypeError('killed')
      const response = await webPlatform.fetch(request)
      if (requests === at && counts(request)) {
        await response.body?.cancel()
        throw new TypeError('killed')
      }
      return response
    },
  }
}
