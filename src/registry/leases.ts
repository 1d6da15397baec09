import type { Credential } from '../model/principal.ts'
import { growingCache } from '../std/growing-cache.ts'
import type { Uses } from '../storage/uses.ts'

/** Whose uses are counted, and how far they are known to have been taken. */
export interface Counted {
  readonly credential: Pick<Credential, 'kind' | 'id'>
  readonly limit: number
  /** As read from the store, maybe a while ago. */
  readonly taken: number
}

/** What this isolate has reserved of one credential's uses and not spent yet. */
interface Lease {
  left: number
  /** The most that is known to be taken, by all isolates. */
  taken: number
  isGrowing: boolean
}

/** A lease that is dropped from memory, or dies with its isolate, is wasted: that many uses at most. */
const largestLease = 16
const leastLeases = 32
const maxKnown = 10_000

/**
 * Spends counted uses out of small reservations, so that a request does not cost a write. Never more are spent than the
 * limit, over all isolates together: a use is reserved in the store before it is spent here.
 */
export class Leases {
  readonly #store: Uses
  readonly #leases = growingCache<Lease>(maxKnown)

  constructor(store: Uses) {
    this.#store = store
  }

  /** Spends one use. False: none is left, or the credential has just been ended. */
  async spend(counted: Counted): Promise<boolean> {
    const key = `${counted.credential.kind}/${counted.credential.id}`
    const lease = this.#leases.get(key) ?? { left: 0, taken: counted.taken, isGrowing: false }
    this.#leases.set(key, lease)
    if (lease.left > 0) {
      lease.left -= 1
      return true
    }
    return lease.taken < counted.limit && this.#reserve(counted, lease)
  }

  /** One request reserves for those that come after it; others that arrive meanwhile wait for nobody and take just one. */
  async #reserve({ credential, limit }: Counted, lease: Lease): Promise<boolean> {
    const size = lease.isGrowing ? 1 : leaseSize(limit - lease.taken)
    const grows = size > 1
    if (grows) lease.isGrowing = true
    try {
      for (const count of grows ? [size, 1] : [1]) {
        const taken = await this.#store.take(credential, count, limit) // COMMIT: these are ours to spend
        if (taken === undefined) continue
        lease.taken = Math.max(lease.taken, taken)
        lease.left += count - 1
        return true
      }
    } finally {
      if (grows) lease.isGrowing = false
    }
    lease.taken = limit
    return false
  }
}

/**
 * Where nothing can be counted: a session is let in while it is known to have uses left, which then go uncounted; its
 * time still ends it. A token whose uses its owner has counted out has to wait.
 */
export function uncountedSessions(leases: Leases): Pick<Leases, 'spend'> {
  return {
    spend: async (counted) =>
      counted.credential.kind === 'session' ? counted.taken < counted.limit : leases.spend(counted),
  }
}

/** Small against what is left, so that little is wasted: 1 where few are. */
export function leaseSize(left: number): number {
  return Math.min(largestLease, Math.max(1, Math.floor(left / leastLeases)))
}
