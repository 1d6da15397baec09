import { type Platform, webPlatform } from '../../src/std/platform.ts'

/** A platform with a network of a test's own, whose back-offs take no time; time-outs, which are sleeps too, keep theirs. */
export function hurried(fetch: Platform['fetch']): Platform {
  return {
    ...webPlatform,
    sleep: (milliseconds, signal) =>
      milliseconds < 1_000 ? Promise.resolve() : webPlatform.sleep(milliseconds, signal),
    fetch,
  }
}
