import {
  type ClaimId,
  type ClaimRef,
  filesPerVersion,
  type PackageRef,
  type Version,
  type VersionRef,
} from '../model/ids.ts'
import type { Reason, StoredFile, VersionRecord } from '../model/records.ts'
import { claimableStatuses, leavesWork, nextStatus, type VersionStatus } from '../model/version-status.ts'
import { withoutUndefined } from '../std/defined.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { Condition } from './dynamodb-expressions.ts'
import { packageKey, parsePackageKey, parseVersionItem, versionItem, versionItemPrefix } from './keys.ts'
import { parseVersion } from './version-item.ts'

/** The sparse index's one partition: items that something is left to do for. */
const openWork = 'open'
/** How long a claim may stand still before the sweeper looks at it. */
const stillAfterMs = 60_000

/** What a step of the status machine sets beside the status. */
export interface StatusPatch {
  readonly publishedAt?: string
  /** For a step to `accepted`, where the validator computed the digests. */
  readonly file?: StoredFile
  readonly reasons?: readonly Reason[]
  /** For a step to `blocked`; the next one takes it away. */
  readonly blocked?: string
}

export type WorkProgress = Pick<VersionRecord, 'checkedBytes' | 'checkpoint' | 'copy'>

/** Version items, one for each claim: the truth about what was claimed and how it was decided. `advance` is the only writer of a status. */
export class Versions {
  readonly #db: DynamoDb
  readonly #platform: Platform

  constructor(db: DynamoDb, platform: Platform) {
    this.#db = db
    this.#platform = platform
  }

  /** Read consistently. */
  async get(ref: ClaimRef): Promise<VersionRecord | undefined> {
    const item = await this.#db.get('packages', keyOf(ref), { consistent: true })
    return item === undefined ? undefined : parseVersion(item)
  }

  /**
   * Takes a version that nobody has, or whose last claim was refused, with nothing left to do for it. `taken` may be
   * said of a claim of ours whose answer was lost: compare the upload id.
   */
  async claim(record: VersionRecord): Promise<'claimed' | 'taken'> {
    const item = { ...record, ...keyOf(record), work: openWork, workDueAt: this.#due() }
    const condition = {
      anyOf: [{ attributeNotExists: 'package' }, { in: { status: claimableStatuses }, attributeNotExists: 'work' }],
    }
    const written = await this.#db.put('packages', item, { condition })
    return written.outcome === 'done' ? 'claimed' : 'taken'
  }

  /** Whether something is left to do for the claim, in the status that the record has. Read consistently. */
  async isOpen(record: VersionRecord): Promise<boolean> {
    const item = await this.#db.get('packages', keyOf(record), { consistent: true })
    return item?.['work'] !== undefined && item['status'] === record.status && item['uploadId'] === record.uploadId
  }

  /** Counts one more attempt at a pending claim and keeps the sweeper away from it for a while. */
  async beginAttempt(record: VersionRecord): Promise<VersionRecord | 'moved'> {
    const attempts = record.attempts + 1
    const written = await this.#db.update('packages', keyOf(record), {
      set: { attempts, workDueAt: this.#due() },
      condition: { equals: { status: 'pending', uploadId: record.uploadId } },
    })
    return written.outcome === 'done' ? { ...record, attempts } : 'moved'
  }

  /**
   * Says that the claim is being worked on, and how far that has come. Of a later attempt, only that one says so.
   * @param record as its attempt found it: a checkpoint behind that one's moves it on
   */
  async heartbeat(record: VersionRecord, progress: WorkProgress = {}): Promise<void> {
    const { uploadId, attempts } = record
    const isFurther = (progress.checkpoint?.bytes ?? 0) > (record.checkpoint?.bytes ?? 0)
    await this.#db.update('packages', keyOf(record), {
      set: { ...progress, ...(isFurther ? { furtherAttempt: attempts } : {}), workDueAt: this.#due() },
      condition: { equals: { status: 'pending', uploadId, attempts } },
    })
  }

  /**
   * Sets or removes the deprecation of a published version, and leaves an open work item: until `done` is called, the
   * sweeper sees to it that the snapshot says the same. `moved`: it is not published (any more).
   */
  async deprecate(ref: ClaimRef, text: string | undefined): Promise<'done' | 'moved'> {
    const work = { work: openWork, workDueAt: this.#due() }
    const written = await this.#db.update('packages', keyOf(ref), {
      ...(text === undefined ? { set: work, remove: ['deprecated'] } : { set: { ...work, deprecated: text } }),
      condition: { equals: { status: 'published' } },
    })
    return written.outcome === 'done' ? 'done' : 'moved'
  }

  /** Takes an item out of the sweeper's index, unless it has changed since the record was read. */
  async done(record: VersionRecord): Promise<void> {
    const { status, uploadId, deprecated, blocked } = record
    await this.#db.update('packages', keyOf(record), {
      remove: ['work', 'workDueAt'],
      condition: {
        attributeExists: 'work',
        equals: { status, uploadId, ...withoutUndefined({ deprecated, blocked }) },
        ...(deprecated === undefined ? { attributeNotExists: 'deprecated' } : {}),
      },
    })
  }

  /**
   * One step of the status machine, for the claim that the record stands for. `moved`: somebody else has made it, or
   * the claim is another one now. A step that was made by us and whose answer was lost counts as made.
   * @param hasWork whether something is left to do then; by default what the step itself says
   */
  async advance(
    record: VersionRecord,
    to: VersionStatus,
    patch: StatusPatch,
    hasWork = leavesWork(record.status, to),
  ): Promise<VersionRecord | 'moved'> {
    if (!(nextStatus[record.status] as readonly VersionStatus[]).includes(to)) {
      throw new Error(`no step from ${record.status} to ${to}`)
    }
    const { blocked, checkpoint: _, furtherAttempt: __, ...kept } = record
    const statusAt = isoNow(this.#platform)
    const written = await this.#db.update('packages', keyOf(record), {
      set: { status: to, statusAt, ...patch, ...(hasWork ? { work: openWork, workDueAt: this.#due() } : {}) },
      remove: [
        'checkpoint',
        'furtherAttempt',
        ...(hasWork ? [] : ['work', 'workDueAt']),
        ...(blocked === undefined || patch.blocked !== undefined ? [] : ['blocked']),
      ],
      condition: { equals: { status: record.status, uploadId: record.uploadId } },
    })
    if (written.outcome === 'done') return { ...kept, status: to, statusAt, ...patch }
    if (!written.ambiguous) return 'moved'
    const current = await this.get(record)
    return current?.uploadId === record.uploadId && current.status === to ? current : 'moved'
  }

  /** Claims that were to be worked on by `now`; eventually consistent, oldest first. */
  async due(now: string, limit: number): Promise<readonly ClaimRef[]> {
    const page = await this.#db.query('packages', {
      index: 'byWork',
      partition: openWork,
      sort: { atMost: now },
      limit,
    })
    return page.items.map((item) => refOf(String(item['package']), String(item['item'])))
  }

  /** When the first of all open items is, or was, due: long ago when nobody sweeps. Eventually consistent. */
  async firstDue(): Promise<string | undefined> {
    const page = await this.#db.query('packages', { index: 'byWork', partition: openWork, limit: 1 })
    const [first] = page.items
    return first === undefined ? undefined : String(first['workDueAt'])
  }

  /** Moves an item that something is left to do for to a later time. One that is done by now is left alone. */
  async postpone(ref: ClaimRef, dueAt: string): Promise<void> {
    await this.#db.update('packages', keyOf(ref), {
      set: { workDueAt: dueAt },
      condition: { attributeExists: 'work' },
    })
  }

  /** All claims of a version, by the name of their file; read consistently. */
  async files({ format, name, version }: VersionRef): Promise<readonly VersionRecord[]> {
    const ref = { format, name, version } // whichever file the asker may have in mind
    if (filesPerVersion[format] === 'many') return Array.fromAsync(this.#items(ref, `${versionItem(ref)}/`))
    const record = await this.get(ref)
    return record === undefined ? [] : [record]
  }

  /** All claims of some versions, read consistently. Any number. */
  async getMany(ref: PackageRef, versions: readonly Version[]): Promise<readonly VersionRecord[]> {
    if (filesPerVersion[ref.format] === 'many') {
      const found: VersionRecord[] = []
      for (const version of new Set(versions)) found.push(...(await this.files({ ...ref, version })))
      return found
    }
    const keys = versions.map((version) => keyOf({ ...ref, version }))
    return (await this.#db.batchGet('packages', keys, { consistent: true })).map(parseVersion)
  }

  /**
   * Version items of a package by the text of their version, a page at a time, read consistently. With a status, a page
   * may be short and not the last.
   */
  async page(
    ref: PackageRef,
    { after, limit, status }: { readonly after?: ClaimId; readonly limit: number; readonly status?: VersionStatus },
  ): Promise<{ readonly records: readonly VersionRecord[]; readonly next?: ClaimId }> {
    const page = await this.#db.query('packages', {
      partition: packageKey(ref),
      sort: { beginsWith: versionItemPrefix },
      consistent: true,
      limit,
      ...(after === undefined ? {} : { after: keyOf({ ...ref, ...after }) }),
      ...(status === undefined ? {} : { filter: { equals: { status } } }),
    })
    const { next } = page
    const records = page.items.map(parseVersion)
    if (next === undefined) return { records }
    return { records, next: parseVersionItem(String(next['item'])) }
  }

  /** Every version item of a package, read consistently, a page at a time. */
  all(ref: PackageRef): AsyncGenerator<VersionRecord, void> {
    return this.#items(ref, versionItemPrefix)
  }

  async *#items(ref: PackageRef, prefix: string, filter?: Condition): AsyncGenerator<VersionRecord, void> {
    let after: Parameters<DynamoDb['query']>[1]['after']
    do {
      const page = await this.#db.query('packages', {
        partition: packageKey(ref),
        sort: { beginsWith: prefix },
        consistent: true,
        ...(filter === undefined ? {} : { filter }),
        ...(after === undefined ? {} : { after }),
      })
      for (const item of page.items) yield parseVersion(item)
      after = page.next
    } while (after !== undefined)
  }

  /** Those versions of a package that something is left to do for, read consistently. Reads all of its items. */
  async unsettled(ref: PackageRef): Promise<readonly VersionRecord[]> {
    const found: VersionRecord[] = []
    for await (const record of this.#items(ref, versionItemPrefix, { attributeExists: 'work' })) found.push(record)
    return found
  }

  /** Those of these that are published. */
  async published(refs: readonly ClaimRef[]): Promise<readonly VersionRecord[]> {
    const items = await this.#db.batchGet('packages', refs.map(keyOf))
    return items.map(parseVersion).filter(({ status }) => status === 'published')
  }

  #due(): string {
    return new Date(this.#platform.now() + stillAfterMs).toISOString()
  }
}

function keyOf(ref: ClaimRef) {
  return { package: packageKey(ref), item: versionItem(ref) }
}

function refOf(packageText: string, item: string): ClaimRef {
  return { ...parsePackageKey(packageText), ...parseVersionItem(item) }
}
