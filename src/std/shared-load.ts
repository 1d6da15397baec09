import type { Platform } from './platform.ts'

/** How long a caller waits for what another caller began to load. */
const followMs = 5_000

/**
 * Lets concurrent callers share one load. At the edge the request that began it can be cancelled, and its load with it,
 * so followers do not wait for ever: then they load anew.
 */
export function shared<T>(load: () => Promise<T>, platform: Pick<Platform, 'sleep'>): () => Promise<T> {
  let loading: Promise<T> | undefined

  const begin = () => {
    const begun = load()
    loading = begun
    const forget = () => {
      if (loading === begun) loading = undefined
    }
    begun.then(forget, forget)
    return begun
  }

  const follow = async (begun: Promise<T>) => {
    const stop = new AbortController()
    const tired = platform.sleep(followMs, stop.signal).then(begin)
    tired.catch(() => undefined)
    try {
      return await Promise.race([begun, tired])
    } finally {
      stop.abort()
    }
  }

  return () => (loading ? follow(loading) : begin())
}

/** Loads when first asked, and never again once it succeeded. */
export function once<T extends object>(load: () => Promise<T>, platform: Pick<Platform, 'sleep'>): () => Promise<T> {
  let known: T | undefined
  const first = shared(async () => {
    known = await load()
    return known
  }, platform)
  return async () => known ?? first()
}
