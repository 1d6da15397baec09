import type { Username } from '../model/ids.ts'
import { refuse } from '../model/refusals.ts'
import { customerNetwork } from '../std/address-range.ts'
import type { Platform } from '../std/platform.ts'
import { TokenBuckets } from '../std/token-buckets.ts'

export interface TrafficLimits {
  /** Requests a minute without credentials, from one address; 0: any number. */
  readonly anonymousPerMinute: number
  /** Requests a minute of one account; 0: any number. */
  readonly accountPerMinute: number
}

/**
 * What Workers counts with, over all isolates of a place; absent elsewhere, and where it is not configured.
 * @see https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export interface RateLimit {
  limit(options: { readonly key: string }): Promise<{ readonly success: boolean }>
}

const maxKeys = 10_000
/** The longest period that such a binding can have. */
const bindingPeriodS = 60

/** Bounds how much one address, and one account, may ask of this isolate. */
export class Traffic {
  readonly #anonymous: TokenBuckets | undefined
  readonly #accounts: TokenBuckets | undefined

  constructor({ anonymousPerMinute, accountPerMinute }: TrafficLimits, platform: Pick<Platform, 'now'>) {
    this.#anonymous = bucketsFor(anonymousPerMinute, platform)
    this.#accounts = bucketsFor(accountPerMinute, platform)
  }

  /**
   * Counts a request of nobody in particular. Without an address nobody can be told from anybody, so nothing is counted.
   * @throws Refusal `too_many_requests`
   */
  async admitStranger(address: string | undefined, binding: RateLimit | undefined): Promise<void> {
    const from = address === undefined ? undefined : customerNetwork(address)
    if (from !== undefined) await admit(this.#anonymous, binding, from)
  }

  /** Counts a request of somebody. @throws Refusal `too_many_requests` */
  async admitAccount(username: Username, binding: RateLimit | undefined): Promise<void> {
    await admit(this.#accounts, binding, username)
  }
}

function bucketsFor(perMinute: number, platform: Pick<Platform, 'now'>): TokenBuckets | undefined {
  if (perMinute === 0) return undefined
  return new TokenBuckets({ platform, burst: perMinute, perS: perMinute / 60, maxKeys })
}

async function admit(buckets: TokenBuckets | undefined, binding: RateLimit | undefined, key: string): Promise<void> {
  const waitS = buckets?.take(key) ?? 0
  if (waitS > 0) throw refuse('too_many_requests', { waitS })
  if (binding !== undefined && !(await binding.limit({ key })).success) {
    throw refuse('too_many_requests', { waitS: bindingPeriodS })
  }
}
