import type { ClaimRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { DownloadEvent, DownloadOutcome } from '../model/records.ts'
import type { RefusalCode } from '../model/refusals.ts'
import type { Telemetry } from '../model/telemetry.ts'
import { randomId } from '../std/base62.ts'
import { log } from '../std/log.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { Downloads } from '../storage/downloads.ts'
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
/** A runtime stops what is left to do after an answer (Workers: after 30 s), so a later request takes over in time. */
const turnMs = 10_000

export interface EventLogOptions {
  readonly store: Downloads
  readonly versions: Versions
  readonly platform: Platform
  readonly telemetry: Telemetry
}

/**
 * Collects download events in memory and writes them off the response path: about two flushes a second and isolate,
 * since each costs requests, however little it holds.
 * The only memory that outlives a request here; an isolate that dies loses what it holds.
 */
export class EventLog {
  readonly #store: Downloads
  readonly #versions: Versions
  readonly #platform: Platform
  readonly #telemetry: Telemetry
  #waiting: DownloadEvent[] = []
  /** The batch that is being written. It stays as it is until it is written, so that it is counted once. */
  #batch: readonly DownloadEvent[] = []
  #dropped = 0
  #flushingSince: number | undefined
  /** Versions that are known to exist: only downloads of real ones are counted. */
  readonly #real = new Set<string>()

  constructor({ store, versions, platform, telemetry }: EventLogOptions) {
    this.#store = store
    this.#versions = versions
    this.#platform = platform
    this.#telemetry = telemetry
  }

  record(who: Principal, ref: ClaimRef, visitor: Visitor, outcome: DownloadOutcome, reason?: RefusalCode): void {
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
  async recordNow(who: Principal, ref: ClaimRef, visitor: Visitor, refusal?: RefusalCode): Promise<string> {
    const event = this.#event(who, ref, visitor, refusal === undefined ? 'allowed' : 'refused', refusal)
    await this.#store.write(await this.#markMissing([event]))
    return event.id
  }

  #event(
    who: Principal,
    { format, name, version, filename }: ClaimRef,
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
      ...(who.kind === 'user' ? { username: who.username } : {}),
    }
  }

  /** To be called once a response is decided: makes sure that what is waiting gets written. */
  flushSoon(waitUntil: WaitUntil): void {
    const now = this.#platform.now()
    const isFlushing = this.#flushingSince !== undefined && now - this.#flushingSince < turnMs
    if (isFlushing || this.#waiting.length + this.#batch.length === 0) return
    this.#flushingSince = now
    waitUntil(this.#flushFrom(now))
  }

  /** Flushes until nothing is left, or until somebody else's turn has begun. */
  async #flushFrom(turn: number): Promise<void> {
    try {
      while (this.#flushingSince === turn && this.#waiting.length + this.#batch.length > 0) {
        if (this.#waiting.length < flushAtEvents && !this.#platform.endsWithAnswers) {
          await this.#platform.sleep(flushAfterMs)
        }
        await this.#flushOnce()
      }
    } catch (error) {
      const left = this.#waiting.length + this.#batch.length
      log('error', 'events_flush_failed', `${left} download events wait for the next flush`, { error })
    } finally {
      if (this.#flushingSince === turn) this.#flushingSince = undefined
    }
  }

  async #flushOnce(): Promise<void> {
    if (this.#batch.length === 0) {
      const next = this.#waiting.slice(0, mostInBatch)
      this.#batch = await this.#markMissing(next)
      const taken = new Set(next)
      this.#waiting = this.#waiting.filter((event) => !taken.has(event))
    }
    await this.#store.write(this.#batch) // repeatable: events and counts have ids
    this.#batch = []
    if (this.#dropped > 0) {
      log('error', 'events_dropped', `${this.#dropped} download events were lost: the store was away for too long`)
      this.#dropped = 0
    }
  }

  /** A link can be asked for a version that never was: the store answers 404 then, and it must not be counted. */
  async #markMissing(batch: readonly DownloadEvent[]): Promise<readonly DownloadEvent[]> {
    const unknown = new Map<string, ClaimRef>()
    for (const event of batch) {
      const { format, name, version, filename, outcome } = event
      if (outcome !== 'allowed' || version === undefined || this.#real.has(keyOf(event))) continue
      unknown.set(keyOf(event), { format, name, version, ...(filename === undefined ? {} : { filename }) })
    }
    const published = await this.#versions.published([...unknown.values()])
    if (this.#real.size > mostKnownVersions) this.#real.clear()
    for (const key of published) this.#real.add(key)
    const isMissing = (event: DownloadEvent) => event.outcome === 'allowed' && !this.#real.has(keyOf(event))
    return batch.map((event) =>
      isMissing(event) ? { ...event, outcome: 'refused', reason: 'version_not_found' } : event,
    )
  }
}

/** As the store names what is published. */
function keyOf({ format, name, version, filename }: DownloadEvent): string {
  return `${format}/${name}/${version}${filename === undefined ? '' : `/${filename}`}`
}
