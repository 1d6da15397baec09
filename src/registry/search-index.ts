import type { PackageFormat, Summary } from '../model/format.ts'
import type { PackageRef } from '../model/ids.ts'
import { organisationOf } from '../model/organisation.ts'
import type { Head, VersionRecord } from '../model/records.ts'
import { log } from '../std/log.ts'
import { isoNow } from '../std/platform.ts'
import type { Heads } from '../storage/heads.ts'
import type { Manifests } from '../storage/manifests.ts'
import type { Placement, SearchEntry, SearchIndex } from '../storage/search-index.ts'
import type { UsageCounters } from '../storage/usage-counters.ts'
import type { UsageLists } from '../storage/usage-lists.ts'
import type { Versions } from '../storage/versions.ts'
import { type CountDeps, countStored } from './count-stored.ts'
import { holdersOf } from './held-packages.ts'
import { termsOf } from './search-terms.ts'

export interface IndexDeps extends CountDeps {
  readonly heads: Heads
  readonly versions: Versions
  readonly manifests: Manifests
  readonly usageCounters: UsageCounters
  readonly usageLists: UsageLists
  readonly searchIndex: SearchIndex
  readonly formats: Readonly<Record<PackageRef['format'], PackageFormat>>
}

const popularityDays = 30
const dayMs = 86_400_000
/** Owners and readers of a private package whom search serves; each has index items of their own. */
const mostReaders = 50
const maxRounds = 5
const pageSize = 100
/** How long a package that could not be taken up waits for another try. */
const retryAfterMs = 60_000

/**
 * Brings the search index, and the totals of what is stored, in line with a package as it is now. The head says, in the
 * same write that changes it, that this is due; the mark goes last, so the sweeper redoes whatever is cut off. What is to
 * be removed is noted before anything is put, so that nothing is left behind either.
 * @returns `superseded` when others kept changing the package; the mark then stays
 */
export async function indexPackage(deps: IndexDeps, ref: PackageRef): Promise<'indexed' | 'superseded'> {
  for (let round = 0; round < maxRounds; round += 1) {
    const head = await deps.heads.get(ref)
    if (head === undefined) return 'indexed'
    const before = await deps.searchIndex.get(ref)
    if (before !== undefined && before.generation > head.generation) continue
    const described = await describe(deps, head)
    if (before?.current === undefined && described.shown !== undefined) {
      await deps.usageLists.used(ref, described.shown.publishedAt.slice(0, 10)) // repeatable: unused from now on
    }
    const stale = [...(before?.current === undefined ? [] : [before.current]), ...(before?.stale ?? [])]
    const noted: SearchEntry = { ...described, generation: head.generation, writes: (before?.writes ?? 0) + 1, stale }
    if (!(await deps.searchIndex.replace(ref, before, noted))) continue // COMMIT: search shows the new facts
    await deps.searchIndex.move(ref, stale, noted.current) // repeatable
    const done: SearchEntry = { ...noted, writes: noted.writes + 1, stale: [] }
    if (!(await deps.searchIndex.replace(ref, noted, done))) continue
    await countStored(deps, head) // repeatable: counted once
    await deps.heads.markIndexed(head)
    return 'indexed'
  }
  return 'superseded'
}

/**
 * Takes up every change that search has not taken up: those made by the edge, and those whose maker died. Any number
 * of sweepers may run at the same time.
 * @returns how many packages it looked at
 */
export async function sweepIndex(deps: IndexDeps): Promise<number> {
  let seen = 0
  for (;;) {
    const due = await deps.heads.unindexed(isoNow(deps.platform), pageSize)
    for (const ref of due) {
      // First, so that a package that cannot be taken up does not stand in the way of the others
      await deps.heads.postponeIndexing(ref, new Date(deps.platform.now() + retryAfterMs).toISOString())
      await indexOrLog(deps, ref)
      seen += 1
    }
    if (due.length < pageSize) return seen
  }
}

/** Like `indexPackage`, for whoever has other things to do: a failure is logged, and the sweeper tries again. */
export async function indexOrLog(deps: IndexDeps, ref: PackageRef): Promise<void> {
  try {
    await indexPackage(deps, ref)
  } catch (error) {
    log('error', 'index_failed', `${ref.format}/${ref.name}: search finds it as it was; tried again in a while`, {
      error,
    })
  }
}

/** What was published last of a version: its file, or that of many whose words are looked for. */
function newest(records: readonly VersionRecord[]): VersionRecord | undefined {
  const published = records.filter(({ publishedAt }) => publishedAt !== undefined)
  return published.toSorted((a, b) => ((a.publishedAt ?? '') < (b.publishedAt ?? '') ? -1 : 1)).at(-1)
}

/** What search is to show of a package, and where it is to be found: nowhere, when nothing is published. */
async function describe(deps: IndexDeps, head: Head): Promise<Pick<SearchEntry, 'current' | 'shown'>> {
  const format = deps.formats[head.format]
  const latest = head.revision === undefined ? undefined : head.tags['latest']
  if (latest === undefined) return {}
  const record = newest(await deps.versions.files({ ...head, version: latest }))
  if (record === undefined) return {}
  const accepted = await deps.manifests.get(record, record.uploadId)
  if (accepted === undefined) throw new Error(`${record.name}@${record.version}: the accepted manifest is missing`)
  const downloads = await recentDownloads(deps, head)
  const summary = format.summarise(head, format.list(record, accepted).document)
  return { current: placementOf(head, summary, downloads), shown: shownOf(record, summary, downloads) }
}

function placementOf(head: Head, summary: Summary, downloads: number): Placement {
  return {
    terms: termsOf(head, summary, head.owners),
    readers: [...readersOf(head)],
    holders: [...holdersOf(head)],
    rank: String(99 - Math.min(99, Math.floor(10 * Math.log10(1 + downloads)))).padStart(2, '0'),
  }
}

/**
 * In whose lists a package stands. Teams are granted packages of their own organisation only, so that its list has all
 * that their members may read; who may not is left out when a search shows what it found.
 */
function readersOf(head: Head): readonly string[] {
  if (head.sensitive === undefined && head.visibility !== 'private') return [head.visibility]
  const granted = Object.keys(head.grants ?? {}).filter((grantee) => grantee.startsWith('user/'))
  const people = [...head.owners, ...granted.map((grantee) => grantee.slice('user/'.length))].slice(0, mostReaders)
  const org = organisationOf(head)
  return [...people.map((name) => `private/${name}`), ...(org === undefined ? [] : [`org/${org}`])]
}

function shownOf(record: VersionRecord, summary: Summary, downloads: number): SearchEntry['shown'] {
  const { authors: _, scope, keywords, ...rest } = summary
  return {
    ...rest,
    keywords: [...keywords],
    version: record.version,
    publishedAt: record.publishedAt ?? record.statusAt,
    publisher: record.publisher,
    downloads,
    ...(scope === undefined ? {} : { scope }),
  }
}

async function recentDownloads(deps: IndexDeps, ref: PackageRef): Promise<number> {
  const now = deps.platform.now()
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  const daily = await deps.usageCounters.downloads(ref, day(now - (popularityDays - 1) * dayMs), day(now))
  return [...daily.values()].reduce((sum, count) => sum + count, 0)
}
