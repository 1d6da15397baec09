import type { AuditEntry } from '../model/audit.ts'
import type { PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import { Refusal } from '../model/refusals.ts'
import { randomId } from '../std/base62.ts'
import type { JsonObject } from '../std/json.ts'
import { log } from '../std/log.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { Audit } from '../storage/audit.ts'

/** A change that is about to be made. */
export interface Auditable {
  readonly action: AuditEntry['action']
  readonly target: AuditEntry['target']
  readonly before?: JsonObject
  readonly after?: JsonObject
}

/**
 * Records every change before it is made. What then fails, or turns out not to be possible, gets a second entry that
 * says so; a process that dies in between leaves the first one, which says what it was about to do.
 */
export class AuditLog {
  readonly #store: Audit
  readonly #platform: Platform

  constructor(store: Audit, platform: Platform) {
    this.#store = store
    this.#platform = platform
  }

  /**
   * Makes a change that is on record: when it cannot be recorded, it is not made.
   * @param who `system`: the registry's own command line
   * @param actor whose doing it is, where nobody is signed in: an account that registers
   * @throws whatever `change` throws; StorageError when it cannot be recorded
   */
  async recorded<T>(
    who: Principal | 'system',
    entry: Auditable,
    change: () => Promise<T>,
    actor?: AuditEntry['actor'],
  ): Promise<T> {
    const begun = this.#entry(who, entry, actor)
    await this.#store.append(begun)
    try {
      return await change()
    } catch (error) {
      await this.#markFailed(begun, error)
      throw error
    }
  }

  #entry(who: Principal | 'system', entry: Auditable, actor: AuditEntry['actor'] = 'anonymous'): AuditEntry {
    const by = { id: randomId(this.#platform, 12), at: isoNow(this.#platform) }
    if (who === 'system') return { ...by, actor: who, ...entry }
    if (who.kind === 'anonymous') return { ...by, actor, ...entry }
    const { username, credential, address } = who
    return {
      ...by,
      actor: username,
      credential: `${credential.kind}/${credential.id}`,
      ...(address === undefined ? {} : { address }),
      ...entry,
    }
  }

  /** The change has failed already: that is what the asker must hear of, so a failure to note it is only logged. */
  async #markFailed(begun: AuditEntry, error: unknown): Promise<void> {
    const { before: _, after: __, ...rest } = begun
    try {
      await this.#store.append({ ...rest, failed: error instanceof Refusal ? error.code : 'error' })
    } catch (cause) {
      log('error', 'audit_mark_failed', `${begun.action} of ${begun.target} failed, and the log does not say so`, {
        error: cause,
      })
    }
  }
}

/** How the audit log names a package. */
export function packageTarget(ref: PackageRef): string {
  return `package/${ref.format}/${ref.name}`
}

/** An entry has room for so many versions of one change; how many there were stands beside them. */
const mostVersions = 100
const longestText = 200

/** Versions and what is said of each, as far as an entry has room for it. */
export function versionsEntry(texts: readonly (readonly [version: string, text: string])[]): JsonObject {
  const shown = texts.slice(0, mostVersions).map(([version, text]) => [version, text.slice(0, longestText)])
  return { count: texts.length, versions: Object.fromEntries(shown) }
}
