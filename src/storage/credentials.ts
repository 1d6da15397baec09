import type { Platform } from '../std/platform.ts'
import { shared } from '../std/shared-load.ts'

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
/**
 * Keeps a session until 15 minutes before it expires, then loads the next one; concurrent callers share one load.
 * When a renewal fails, the session at hand is used while it lives; only then the failure reaches the caller.
 */
export function refreshing(load: CredentialsProvider, platform: Pick<Platform, 'now' | 'sleep'>): CredentialsProvider {
  let current: Credentials | undefined

  const livesLonger = (credentials: Credentials, milliseconds: number) =>
    credentials.expiresAt === undefined || credentials.expiresAt - platform.now() > milliseconds

  const renew = shared(async () => {
    try {
      current = await load()
    } catch (error) {
      if (current === undefined || !livesLonger(current, 0)) throw error
    }
    return current
  }, platform)

  return async () => (current && livesLonger(current, renewBeforeMs) ? current : renew())
}
