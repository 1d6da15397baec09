import type { DownloadEvent } from '../model/records.ts'
import {
  type CounterRef,
  counterKey,
  countersOf,
  noUse,
  type Period,
  packageSubject,
  sumOf,
  tallyOf,
} from '../model/usage.ts'
import { chunksOf } from '../std/chunks.ts'
import { jitterMs } from '../std/jitter.ts'
import { log } from '../std/log.ts'
import { eachInParallel } from '../std/parallel.ts'
import type { Platform } from '../std/platform.ts'
import type { Downloads } from '../storage/downloads.ts'
import { type Batch, type Journal, type JournalShard, journalShards, type Segment } from '../storage/journal.ts'
import { type Counter, mostUsers, type UsageCounters } from '../storage/usage-counters.ts'
import type { LastUse, Ranked, UsageLists } from '../storage/usage-lists.ts'
import { abandonedAfterMs } from './events.ts'

export interface FoldDeps {
  readonly journal: Journal
  readonly downloads: Downloads
  readonly usageCounters: UsageCounters
  readonly usageLists: UsageLists
  readonly platform: Platform
}

const writesAtATime = 8
/** As many as one request reads. */
const readTogether = 100
const maxRounds = 12

/**
 * Counts what the journal holds: each event once, whoever dies on the way and however many do this at the same time.
 *
 * A shard is counted in batches. A batch is fixed before anything is counted of it, and numbered; a counter notes the
 * number with what it adds, in one conditional write, and takes no number twice. Segments go when every counter has
 * them, and only then is there a next batch. So whoever finds a batch may bring it to its end, from any point.
 * @returns how many segments were counted
 */
export async function foldUsage(deps: FoldDeps): Promise<number> {
  let counted = 0
  for (const shard of journalShards) {
    if (await deps.journal.isEmpty(shard)) continue
    for (let batch = await nextBatch(deps, shard); batch !== undefined; batch = await nextBatch(deps, shard)) {
      counted += await foldBatch(deps, batch)
    }
  }
  if (counted > 0) log('info', 'usage_counted', `${counted} parts of the journal`)
  return counted
}

/** The batch that is open, or a new one of what is ready to be counted. */
async function nextBatch(deps: FoldDeps, shard: JournalShard): Promise<Batch | undefined> {
  const open = await deps.journal.batch(shard)
  if (typeof open !== 'number') return open
  const before = new Date(deps.platform.now() - abandonedAfterMs).toISOString()
  const ready = (await deps.journal.oldest(shard)).filter(({ isWritten, key }) => isWritten || key < before)
  if (ready.length === 0) return undefined
  const batch = { shard, number: open + 1, keys: ready.map(({ key }) => key) }
  if (await deps.journal.begin(batch)) return batch // COMMIT: these are counted together, under this number
  return nextBatch(deps, shard)
}

async function foldBatch(deps: FoldDeps, batch: Batch): Promise<number> {
  const segments = await deps.journal.segments(batch)
  await finishWriting(deps, segments)
  const counted = await countAll(deps, batch, segments)
  await listAll(deps, counted)
  await deps.journal.remove(segments) // COMMIT: every counter has them
  await deps.journal.end(batch)
  return segments.length
}

/** What a writer that died may have left out of the log, so that nothing is counted that the log does not have. */
async function finishWriting(deps: FoldDeps, segments: readonly Segment[]): Promise<void> {
  const events = segments.filter(({ isWritten }) => !isWritten).flatMap((segment) => segment.events)
  if (events.length > 0) await deps.downloads.write(events) // repeatable: events have ids
}

/** What one counter is to take from a batch. */
interface Addition {
  readonly ref: CounterRef
  readonly events: readonly [DownloadEvent, ...DownloadEvent[]]
}

interface Counted extends Addition {
  readonly counter: Counter
}

function additionsOf(segments: readonly Segment[]): readonly Addition[] {
  const additions = new Map<string, { ref: CounterRef; events: [DownloadEvent, ...DownloadEvent[]] }>()
  for (const event of segments.flatMap(({ events }) => events)) {
    for (const ref of countersOf(event)) {
      const key = counterKey(ref)
      const known = additions.get(key)
      if (known === undefined) additions.set(key, { ref, events: [event] })
      else known.events.push(event)
    }
  }
  return [...additions.values()]
}

async function countAll(deps: FoldDeps, batch: Batch, segments: readonly Segment[]): Promise<readonly Counted[]> {
  const counted: Counted[] = []
  for (const additions of chunksOf(additionsOf(segments), readTogether)) {
    const before = await deps.usageCounters.getAll(additions.map(({ ref }) => ref))
    await eachInParallel(additions, writesAtATime, async (addition) => {
      const counter = await count(deps, batch, addition, before.get(counterKey(addition.ref)))
      counted.push({ ...addition, counter })
    })
  }
  return counted
}

/** @param known the counter as it was a moment ago */
async function count(
  deps: FoldDeps,
  { shard, number }: Batch,
  { ref, events }: Addition,
  known: Counter | undefined,
): Promise<Counter> {
  for (let round = 0; round < maxRounds; round += 1) {
    const before = round === 0 ? known : await deps.usageCounters.get(ref)
    if (before !== undefined && (before.through[shard] ?? 0) >= number) return before
    const users = await usersWith(deps, ref, before?.users ?? 0, events)
    const tally = events.map(tallyOf).reduce(sumOf, before ?? noUse)
    const through = { ...before?.through, [shard]: number }
    const after = { ...tally, users: Math.max(users, before?.users ?? 0), through }
    if (await deps.usageCounters.replace(ref, before, after)) return { ...after, writes: (before?.writes ?? 0) + 1 } // COMMIT
    await deps.platform.sleep(jitterMs(deps.platform, round))
  }
  throw new Error(`${ref.subject} ${ref.period}: others always counted first`)
}

/** How many users there are with those of these events: of downloads, and not of a user's own counter. */
async function usersWith(
  { usageCounters }: FoldDeps,
  ref: CounterRef,
  known: number,
  events: readonly DownloadEvent[],
): Promise<number> {
  if (ref.subject.startsWith('user/') || known >= mostUsers) return known
  const downloads = events.filter(({ outcome }) => outcome === 'allowed')
  const names = new Set(downloads.flatMap(({ username }) => (username === undefined ? [] : [username])))
  return names.size === 0 ? known : usageCounters.noteUsers(ref, [...names]) // repeatable
}

/** Brings the lists in line with the counters of packages. Repeatable. */
async function listAll({ usageLists }: FoldDeps, counted: readonly Counted[]): Promise<void> {
  const ofPackages = counted.filter(({ ref, events, counter }) => {
    return ref.subject === packageSubject(events[0]) && counter.downloads > 0
  })
  const rankings = Map.groupBy(ofPackages, ({ ref, events }) => `${events[0].format} ${ref.period}`)
  for (const [first, ...others] of rankings.values()) {
    if (first === undefined) continue
    const ranked = [first, ...others].map(({ events: [{ name }], counter }): Ranked => {
      return { name, downloads: counter.downloads }
    })
    await usageLists.rank(first.events[0].format, first.ref.period, ranked)
  }
  await noteLastUses(usageLists, ofPackages)
}

/** Most packages of a batch were used before on the same day: that takes one read for a hundred of them. */
async function noteLastUses(usageLists: UsageLists, ofPackages: readonly Counted[]): Promise<void> {
  const lastUses = new Map<string, LastUse>()
  for (const { ref, events } of ofPackages) {
    const day = dayIn(ref.period)
    const known = lastUses.get(ref.subject)
    if (day !== undefined && day > (known?.day ?? '')) lastUses.set(ref.subject, { ref: events[0], day })
  }
  const news = await usageLists.toNote([...lastUses.values()])
  await eachInParallel(news, writesAtATime, ({ ref, day }) => usageLists.used(ref, day))
}

const dayIn = (period: Period) => (period.startsWith('day/') ? period.slice('day/'.length) : undefined)
