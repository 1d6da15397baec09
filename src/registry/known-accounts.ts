import type { Username } from '../model/ids.ts'
import type { User } from '../model/records.ts'
import type { Standing } from '../model/standing.ts'
import type { Platform } from '../std/platform.ts'
import { TimedCache } from '../std/timed-cache.ts'

/** After a change elsewhere an account counts here as it was for so long at most. */
export const maxAgeMs = 30_000
const maxKnown = 10_000

/** An account as far as requests are decided by it. */
export interface KnownAccount {
  readonly username: Username
  readonly standing: Standing
  readonly epoch: number
  readonly isDisabled: boolean
  readonly secondFactor?: User['secondFactor']
}

/** What an isolate knows of accounts. Whoever changes one drops it here, so that the change holds here at once. */
export class KnownAccounts {
  readonly #known: TimedCache<KnownAccount>

  constructor(platform: Platform) {
    this.#known = new TimedCache({ platform, maxAgeMs, maxEntries: maxKnown })
  }

  get(username: Username): KnownAccount | undefined {
    return this.#known.get(username)
  }

  /** @param askedAt when the account was asked for: it is as old as that */
  keep(user: User, askedAt: number): KnownAccount {
    const account: KnownAccount = {
      username: user.username,
      standing: { roles: user.roles, orgs: user.orgs, teams: new Set(user.teams) },
      epoch: user.epoch,
      isDisabled: user.disabled !== undefined,
      ...(user.secondFactor === undefined ? {} : { secondFactor: user.secondFactor }),
    }
    this.#known.set(user.username, account, askedAt)
    return account
  }

  forget(username: Username): void {
    this.#known.forget(username)
  }
}
