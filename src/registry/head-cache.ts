import type { PackageRef } from '../model/ids.ts'
import type { Head } from '../model/records.ts'
import type { Platform } from '../std/platform.ts'
import { TimedCache } from '../std/timed-cache.ts'
import type { Heads } from '../storage/heads.ts'
import { packageKey } from '../storage/keys.ts'
import { isGuarded } from './guarded.ts'

/** How old a head may be that a decision rests on: after a change elsewhere, what this isolate answers for at most. */
const maxAgeMs = 5_000
const maxHeads = 5_000

/**
 * Heads as this isolate knows them. A package that it does not know is always looked up, so that a first release can
 * be read at once; nor is one that is guarded ever kept: what is decided on it is decided afresh. `forget` is called by whoever changed a package here. Look-ups are not shared between requests: in
 * workerd a promise that waits for another request's I/O may never end.
 */
export class HeadCache {
  readonly #heads: Heads
  readonly #platform: Platform
  readonly #known: TimedCache<Head>

  constructor(heads: Heads, platform: Platform) {
    this.#heads = heads
    this.#platform = platform
    this.#known = new TimedCache({ platform, maxAgeMs, maxEntries: maxHeads })
  }

  /** @param fresh read it anew, whatever is known */
  get(ref: PackageRef, fresh = false): Promise<Head | undefined> | Head {
    const key = packageKey(ref)
    return (fresh ? undefined : this.#known.get(key)) ?? this.#read(key, ref)
  }

  forget(ref: PackageRef): void {
    this.#known.forget(packageKey(ref))
  }

  async #read(key: string, ref: PackageRef): Promise<Head | undefined> {
    const askedAt = this.#platform.now()
    const head = await this.#heads.get(ref)
    if (head === undefined || isGuarded(head)) this.#known.delete(key)
    else this.#known.set(key, head, askedAt)
    return head
  }
}
