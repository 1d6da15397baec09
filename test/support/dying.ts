import { type Platform, webPlatform } from '../../src/std/platform.ts'

export type Moment = 'before' | 'after'

/** A platform whose process dies at its `at`-th request. */
export function dying(at: number, moment: Moment): Platform & { readonly requests: () => number } {
  let requests = 0
  return {
    ...webPlatform,
    // Back-offs take no time; time-outs, which are sleeps too, keep theirs
    sleep: (milliseconds, signal) =>
      milliseconds < 1_000 ? Promise.resolve() : webPlatform.sleep(milliseconds, signal),
    requests: () => requests,
    async fetch(request) {
      requests += 1
      if (requests > at || (requests === at && moment === 'before')) throw new TypeError('killed')
      const response = await webPlatform.fetch(request)
      if (requests === at) {
        await response.body?.cancel()
        throw new TypeError('killed')
      }
      return response
    },
  }
}
