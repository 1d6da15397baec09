import type { ClaimRef, OrgName } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { DownloadEvent, DownloadOutcome, VersionRecord } from '../model/records.ts'
import type { RefusalCode } from '../model/refusals.ts'
import type { Telemetry } from '../model/telemetry.ts'
import { randomId } from '../std/base62.ts'
import { log } from '../std/log.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { Downloads } from '../storage/downloads.ts'
import type { Journal, Segment } from '../storage/journal.ts'
import type { Versions } from '../storage/versions.ts'

/** What a request says about where it comes from. */
export interface Visitor {
  readonly addressPrefix?: string
  readonly client?: string
}

/** Runs work after the answer was sent; the runtime keeps the isolate for it. */
export type WaitUntil = (work: Promise<unknown>) => void

/** Answers are out within this time, so an isolate that dies loses at most the last second of events. */
const flushAfterMs = 500
const flushAtEvents = 500
/** When the store is away for long, the oldest are dropped, and a log line says how many. */
const mostEvents = 20_000
const mostInBatch = 1_000
const mostKnownVersions = 20_000
/** An outage may last; a batch that may have been taken from its writer gets new names first. */
const renamedAfterMs = 10 * 60_000
/**
 * What a writer has not finished by then, others do. Later than the renaming, by more than a request can be under way:
 * no signature is good for so long.
 */
export const abandonedAfterMs = 30 * 60_000
/** A runtime stops what is left to do after an answer (Workers: after 30 s), so a later request takes over in time. */
const turnMs = 10_000

export interface EventLogOptions {
  readonly store: Downloads
  readonly journal: Journal
  readonly versions: Versions
  readonly platform: Platform
  readonly telemetry: Telemetry
}

/** What is asked for, and the organisation that it belongs to, where that is known. */
export type Wanted = ClaimRef & { readonly org?: OrgName | undefined }

/** Events on their way: into the journal, which is what is counted, and then into the log. */
interface Batch {
  readonly events: readonly DownloadEvent[]
  readonly segments: readonly Segment[]
  readonly madeAt: number
  /** Known to be in the journal: not to be put there again, since it may have been counted. */
  isJournaled: boolean
}

/**
 * Collects download events in memory and writes them off the response path: about two flushes a second and isolate,
 * since each costs requests, however little it holds.
 * The only memory that outlives a request here; an isolate that dies loses what it holds, or leaves what is in the
 * journal to the sweeper.
 */
export class EventLog {
  readonly #store: Downloads
  readonly #journal: Journal
  readonly #versions: Versions
  readonly #platform: Platform
  readonly #telemetry: Telemetry
  #waiting: DownloadEvent[] = []
  /** What is being written. It stays as it is until it is written, so that it is counted once. */
  #batch: Batch | undefined
  #dropped = 0
  #flushingSince: number | undefined
  /** Sizes of versions that are known to exist: only downloads of real ones are counted. */
  readonly #sizes = new Map<string, number>()

  constructor({ store, journal, versions, platform, telemetry }: EventLogOptions) {
    this.#store = store
    this.#journal = journal
    this.#versions = versions
    this.#platform = platform
    this.#telemetry = telemetry
  }

  record(who: Principal, ref: Wanted, visitor: Visitor, outcome: DownloadOutcome, reason?: RefusalCode): void {
    this.#waiting.push(this.#event(who, ref, visitor, outcome, reason))
    if (this.#waiting.length > mostEvents) {
      this.#waiting.shift()
      this.#dropped += 1
    }
  }

  /**
   * Writes a download at once, for those that must not happen unrecorded.
   * @param refusal why it was refused, if it was
   * @returns the event's id
   * @throws StorageError when it cannot be written
   */
  async recordNow(who: Principal, ref: Wanted, visitor: Visitor, refusal?: RefusalCode): Promise<string> {
    const event = this.#event(who, ref, visitor, refusal === undefined ? 'allowed' : 'refused', refusal)
    await this.#write(this.#batchOf(await this.#withSizes([event])))
    return event.id
  }

  #event(
    who: Principal,
    { format, name, version, filename, org }: Wanted,
    visitor: Visitor,
    outcome: DownloadOutcome,
    reason?: RefusalCode,
  ): DownloadEvent {
    this.#telemetry.metrics?.count('downloads', { outcome })
    return {
      id: randomId(this.#platform, 10),
      format,
      name,
      version,
      ...(filename === undefined ? {} : { filename }),
      at: isoNow(this.#platform),
      outcome,
      ...visitor,
      ...(reason === undefined ? {} : { reason }),
      ...(org === undefined ? {} : { org }),
      ...(who.kind === 'user' ? { username: who.username } : {}),
    }
  }

  /** To be called once a response is decided: makes sure that what is waiting gets written. */
  flushSoon(waitUntil: WaitUntil): void {
    const now = this.#platform.now()
    const isFlushing = this.#flushingSince !== undefined && now - this.#flushingSince < turnMs
    if (isFlushing || this.#left === 0) return
    this.#flushingSince = now
    waitUntil(this.#flushFrom(now))
  }

  /** Flushes until nothing is left, or until somebody else's turn has begun. */
  async #flushFrom(turn: number): Promise<void> {
    try {
      while (this.#flushingSince === turn && this.#left > 0) {
        if (this.#waiting.length < flushAtEvents && !this.#platform.endsWithAnswers) {
          await this.#platform.sleep(flushAfterMs)
        }
        await this.#flushOnce()
      }
    } catch (error) {
      log('error', 'events_flush_failed', `${this.#left} download events wait for the next flush`, { error })
    } finally {
      if (this.#flushingSince === turn) this.#flushingSince = undefined
    }
  }

  get #left(): number {
    return this.#waiting.length + (this.#batch?.events.length ?? 0)
  }

  async #flushOnce(): Promise<void> {
    if (this.#batch === undefined) {
      const next = this.#waiting.slice(0, mostInBatch)
      this.#batch = this.#batchOf(await this.#withSizes(next))
      const taken = new Set(next)
      this.#waiting = this.#waiting.filter((event) => !taken.has(event))
    } else if (!this.#batch.isJournaled && this.#platform.now() - this.#batch.madeAt > renamedAfterMs) {
      await this.#journal.remove(this.#batch.segments) // what came of an attempt whose answer was lost
      this.#batch = this.#batchOf(this.#batch.events)
    }
    await this.#write(this.#batch)
    this.#batch = undefined
    if (this.#dropped > 0) {
      log('error', 'events_dropped', `${this.#dropped} download events were lost: the store was away for too long`)
      this.#dropped = 0
    }
  }

  #batchOf(events: readonly DownloadEvent[]): Batch {
    const segments = this.#journal.segmentsOf(events)
    return { events, segments, madeAt: this.#platform.now(), isJournaled: false }
  }

  async #write(batch: Batch): Promise<void> {
    if (!batch.isJournaled) await this.#journal.append(batch.segments) // COMMIT: they will be in the log, and counted
    batch.isJournaled = true
    await this.#store.write(batch.events) // redone by the sweeper: events have ids
    for (const segment of batch.segments) await this.#journal.markWritten(segment)
  }

  /**
   * A link can be asked for a version that never was: the store answers 404 then, and it must not be counted. Of one
   * that is there the size is known by its item.
   */
  async #withSizes(batch: readonly DownloadEvent[]): Promise<readonly DownloadEvent[]> {
    const unknown = new Map<string, ClaimRef>()
    for (const event of batch) {
      const { format, name, version, filename, outcome } = event
      if (outcome !== 'allowed' || version === undefined || this.#sizes.has(keyOf(event))) continue
      unknown.set(keyOf(event), { format, name, version, ...(filename === undefined ? {} : { filename }) })
    }
    const published = await this.#versions.published([...unknown.values()])
    if (this.#sizes.size > mostKnownVersions) this.#sizes.clear()
    for (const record of published) this.#sizes.set(keyOf(record), record.file.sizeBytes)
    return batch.map((event): DownloadEvent => {
      if (event.outcome !== 'allowed') return event
      const sizeBytes = this.#sizes.get(keyOf(event))
      return sizeBytes === undefined
        ? { ...event, outcome: 'refused', reason: 'version_not_found' }
        : { ...event, sizeBytes }
    })
  }
}

/** What was published at once: a version, or a file of one that has many. */
function keyOf({ format, name, version, filename }: DownloadEvent | VersionRecord): string {
  return `${format}/${name}/${version}${filename === undefined ? '' : `/${filename}`}`
}
