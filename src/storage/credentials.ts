import type { Platform } from '../std/platform.ts'

/** A key pair for AWS request signing; a session of a role has a token and an end too. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** Milliseconds since the epoch. Absent: does not expire. */
  readonly expiresAt?: number
}

/** Answers with credentials that can sign now. Called for each signature, so it answers from memory when it can. */
export type CredentialsProvider = () => Promise<Credentials>

export function staticCredentials(credentials: Credentials): CredentialsProvider {
  return async () => credentials
}

/** A presigned link dies with the session that signed it: links live for 10 minutes, so renew before the last 15. */
const renewBeforeMs = 15 * 60_000
/** How long a caller waits for a renewal that another caller began. */
const followMs = 5_000

/**
 * Keeps a session until 15 minutes before it expires, then loads the next one; concurrent callers share one load.
 * When a renewal fails, the session at hand is used while it lives; only then the failure reaches the caller.
 */
export function refreshing(load: CredentialsProvider, platform: Pick<Platform, 'now' | 'sleep'>): CredentialsProvider {
  let current: Credentials | undefined
  let loading: Promise<Credentials> | undefined

  const livesLonger = (credentials: Credentials, milliseconds: number) =>
    credentials.expiresAt === undefined || credentials.expiresAt - platform.now() > milliseconds

  const renew = () => {
    const renewal = load().then(
      (next) => {
        current = next
        return next
      },
      (error: unknown) => {
        if (current && livesLonger(current, 0)) return current
        throw error
      },
    )
    loading = renewal
    const forget = () => {
      if (loading === renewal) loading = undefined
    }
    renewal.then(forget, forget)
    return renewal
  }

  // At the edge the request that began a load can be cancelled, and its load with it, so followers do not wait for ever.
  const follow = async (renewal: Promise<Credentials>) => {
    const stop = new AbortController()
    const tired = platform.sleep(followMs, stop.signal).then(renew)
    tired.catch(() => undefined)
    try {
      return await Promise.race([renewal, tired])
    } finally {
      stop.abort()
    }
  }

  return async () => {
    if (current && livesLonger(current, renewBeforeMs)) return current
    return loading ? follow(loading) : renew()
  }
}
