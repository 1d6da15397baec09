import type { SessionKey } from '../model/session-key.ts'
import { log } from '../std/log.ts'
import type { Platform } from '../std/platform.ts'
import { shared } from '../std/shared-load.ts'

/** The ring of keys: the first signs, all verify, so that keys are changed without ending a session. */
export interface SessionKeys {
  /** The key that signs. Undefined: there are no sessions. */
  newest(): Promise<SessionKey | undefined>
  named(kid: string): Promise<SessionKey | undefined>
}

type Ring = readonly SessionKey[]

const byName = (ring: Ring, kid: string) => ring.find((key) => key.kid === kid)

/** Keys that stand in the settings. */
export function fixedKeys(ring: Ring): SessionKeys {
  return { newest: async () => ring[0], named: async (kid) => byName(ring, kid) }
}

/** A key that was taken away is accepted for as long at most, unless its store is away. */
const keepMs = 5 * 60_000
/** While the store is away, what is known is good for as long. */
const mostAgeMs = 60 * 60_000
/** Strangers can make up names of keys: they must not make us ask for each. */
const askAgainMs = 10_000

/**
 * Keys that are kept elsewhere, and changed there: read when first needed and known for minutes. A key that somebody
 * signs with who read them later is looked for at once. Concurrent callers share one reading.
 * @param load throws `StorageError` when it cannot be read
 */
export function keptKeys(load: () => Promise<Ring>, platform: Pick<Platform, 'now' | 'sleep'>): SessionKeys {
  let known: { readonly ring: Ring; readonly readAt: number } | undefined
  let failedAt = Number.NEGATIVE_INFINITY

  const read = shared(async () => {
    const now = platform.now()
    try {
      known = { ring: await load(), readAt: now }
    } catch (error) {
      failedAt = now
      if (known === undefined || now - known.readAt >= mostAgeMs) throw error
      log('error', 'session_keys_not_read', 'the session keys that are known stay in use', { error })
    }
    return known.ring
  }, platform)

  const ringNotOlderThan = async (milliseconds: number): Promise<Ring> => {
    const now = platform.now()
    if (known === undefined) return read()
    const ageMs = now - known.readAt
    const rests = now - failedAt < askAgainMs && ageMs < mostAgeMs
    return ageMs < milliseconds || rests ? known.ring : read()
  }

  return {
    newest: async () => (await ringNotOlderThan(keepMs))[0],
    async named(kid) {
      return byName(await ringNotOlderThan(keepMs), kid) ?? byName(await ringNotOlderThan(askAgainMs), kid)
    },
  }
}
