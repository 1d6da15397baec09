import type { ListedVersion, PackageFormat } from '../model/format.ts'
import type { Head, VersionRecord } from '../model/records.ts'
import { type Amount, amountOf, isNothing, minus, nothing, plus, type StoredFiles } from '../model/stored.ts'

/**
 * What a head says of the files that its package stores. It changes in the write that lists a file or takes it off, so
 * that each is counted once, whoever dies or repeats something on the way.
 */

type Listed = ReadonlyMap<string, ListedVersion>

/** Undefined for a package that was published before anybody counted: a part of it would be wrong. */
function counted({ stored, revision }: Head): StoredFiles | undefined {
  return stored ?? (revision === undefined ? { listed: nothing, blocked: {} } : undefined)
}

/** Once a file is listed that was not. */
export function withListed(head: Head, record: VersionRecord): StoredFiles | undefined {
  const before = counted(head)
  return before && { ...before, listed: plus(before.listed, amountOf(record)) }
}

/**
 * Once some versions are listed otherwise.
 * @param records all of their claims
 */
export function relisted(
  { lists }: PackageFormat,
  head: Head,
  records: readonly VersionRecord[],
  [from, to]: readonly [before: Listed, after: Listed],
): StoredFiles | undefined {
  const before = counted(head)
  if (before === undefined) return undefined
  const isIn = (versions: Listed) => (record: VersionRecord) => {
    const listed = versions.get(record.version)
    return listed !== undefined && lists(record, listed)
  }
  const listed = minus(plus(before.listed, sumOf(records.filter(isIn(to)))), sumOf(records.filter(isIn(from))))
  const blocked = new Map(Object.entries(before.blocked))
  for (const [version, files] of Map.groupBy(records, (record) => record.version)) {
    blocked.set(version, sumOf(files.filter(({ status }) => status === 'blocked')))
  }
  return storedFiles(listed, blocked)
}

/** In one order, so that the same is the same text. */
export function storedFiles(listed: Amount, blocked: Iterable<readonly [version: string, Amount]>): StoredFiles {
  const some = [...blocked].filter(([, amount]) => !isNothing(amount)).sort(([a], [b]) => (a < b ? -1 : 1))
  return { listed, blocked: Object.fromEntries(some) }
}

export function isSameStored(a: StoredFiles | undefined, b: StoredFiles | undefined): boolean {
  const text = (stored: StoredFiles | undefined) => {
    return stored && JSON.stringify(storedFiles(stored.listed, Object.entries(stored.blocked)))
  }
  return text(a) === text(b)
}

export function sumOf(records: readonly VersionRecord[]): Amount {
  return records.map(amountOf).reduce(plus, nothing)
}
