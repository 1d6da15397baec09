import { refuse } from '../model/refusals.ts'
import { customerNetwork } from '../std/address-range.ts'
import { digestHex } from '../std/digest.ts'
import type { Platform } from '../std/platform.ts'
import { TokenBuckets } from '../std/token-buckets.ts'
import type { Attempts } from '../storage/attempts.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/** Wrong passwords that are allowed within a window, over all isolates. Right ones do not count. */
const limits = {
  /** From one address for one account: somebody who mistypes. */
  pair: { most: 10, windowMs: 15 * minuteMs },
  /** From one address for all accounts: somebody who tries one password on many. */
  address: { most: 50, windowMs: 15 * minuteMs },
  /** For one account, from all addresses that it has never been used from: somebody with many addresses. */
  account: { most: 100, windowMs: 60 * minuteMs },
  /** New accounts made from one address. */
  registration: { most: 10, windowMs: 60 * minuteMs },
  /** Codes of a second factor, by whoever has shown the first one: 1 in 300,000 is guessed in a window, 1 in 6,000 a day. */
  code: { most: 10, windowMs: 15 * minuteMs },
  codeOfDay: { most: 50, windowMs: dayMs },
} as const
type LimitName = keyof typeof limits

/** How long an address is one that its owner uses. */
const familiarDays = 90
/** What one isolate takes from one address before anything is asked of the store. */
const calm = { burst: 30, perS: 1 } as const

/** An attempt that was let through. */
export interface Admitted {
  /** The password was right: the attempt does not count, and the address is one that the account is used from. */
  succeeded(): Promise<void>
}

/**
 * Slows the guessing of passwords. No stranger can lock somebody out: what others try counts for their own addresses,
 * and what many addresses try together is not counted against one that the account was used from before.
 */
export class LoginGuard {
  readonly #attempts: Attempts
  readonly #platform: Platform
  readonly #buckets: TokenBuckets

  constructor(attempts: Attempts, platform: Platform) {
    this.#attempts = attempts
    this.#platform = platform
    this.#buckets = new TokenBuckets({ platform, ...calm, maxKeys: 10_000 })
  }

  /**
   * Takes one attempt, before the password is looked at. Equal for a name that exists and one that does not.
   * @throws Refusal `too_many_attempts`
   */
  async admit(name: string, address: string | undefined): Promise<Admitted> {
    const from = this.#network(address)
    this.requireCalm(address)
    const account = hashed(name)
    const familiar = `familiar/${account}@${from}`
    const taken = [await this.#take('address', from)]
    const [pair, isFamiliar] = await Promise.all([
      this.#take('pair', `${account}@${from}`),
      this.#attempts.remembers(familiar, this.#platform.now()),
    ])
    taken.push(pair)
    if (!isFamiliar) taken.push(await this.#take('account', account))
    return {
      succeeded: async () => {
        const endsAtMs = this.#platform.now() + familiarDays * dayMs
        await Promise.all([
          ...taken.map((counter) => this.#attempts.giveBack(counter)),
          this.#attempts.remember(familiar, endsAtMs),
        ])
      },
    }
  }

  /** Takes one attempt at a second factor, before the code is looked at. @throws Refusal `too_many_attempts` */
  async admitCode(name: string): Promise<Pick<Admitted, 'succeeded'>> {
    const taken = [await this.#take('code', hashed(name)), await this.#take('codeOfDay', hashed(name))]
    return { succeeded: async () => void (await Promise.all(taken.map((one) => this.#attempts.giveBack(one)))) }
  }

  /** Takes one of the accounts that an address may make. @throws Refusal `too_many_attempts` */
  async admitRegistration(address: string | undefined): Promise<void> {
    await this.#take('registration', this.#network(address))
  }

  /** Bounds what one address costs in this isolate, without asking the store. @throws Refusal `too_many_attempts` */
  requireCalm(address: string | undefined): void {
    const waitS = this.#buckets.take(this.#network(address))
    if (waitS > 0) throw refuse('too_many_attempts', { waitS })
  }

  /** @returns the counter, to give the attempt back */
  async #take(limit: LimitName, subject: string): Promise<string> {
    const { most, windowMs } = limits[limit]
    const now = this.#platform.now()
    const startsAt = Math.floor(now / windowMs) * windowMs
    const counter = `${limit}/${subject}/${startsAt}`
    if (await this.#attempts.take(counter, most, startsAt + 2 * windowMs)) return counter
    throw refuse('too_many_attempts', { waitS: Math.ceil((startsAt + windowMs - now) / 1_000) })
  }

  /** Whole addresses are not kept, only something to compare them by. */
  #network(address: string | undefined): string {
    return hashed((address === undefined ? undefined : customerNetwork(address)) ?? 'unknown')
  }
}

function hashed(text: string): string {
  return digestHex('sha256', text).slice(0, 24)
}
