import { decodeUtf8 } from '../printable.ts'
import { ArchiveStop } from './findings.ts'

/** What an extended header says that matters to us; everything else in it (times, owners, comments) is let pass. */
export interface PaxOverrides {
  /** Not yet known to be UTF-8. */
  readonly path?: Uint8Array
  readonly linkPath?: Uint8Array
  readonly sizeBytes?: number
  readonly isSparse: boolean
  /** To be said of the entry: `has …`. */
  readonly problems: readonly string[]
}

interface PaxRecord {
  readonly key: string
  readonly value: Uint8Array
}

/** Of star and of Solaris, which libarchive (bsdtar, bun) follows and others do not know. */
const sparseKeys = new Set(['SCHILY.realsize', 'SUN.holesdata'])

const newline = 0x0a
const space = 0x20
const digitNine = 0x39
/** Keeps a byte order mark, which `parseInt` takes for a blank. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: false })
/** `5 a=`, without the line end. */
const shortestRecord = 4

/** Real headers have some ten. The smallest records take fifty times as long to read as their bytes in one. */
const mostRecords = 1000

/**
 * Reads the records of an extended header.
 * @throws ArchiveStop when they are too many, or malformed: some readers then skip them, others stop
 * @see POSIX.1-2024, pax, "pax Extended Header"
 */
export function readPax(content: Uint8Array): PaxOverrides {
  const records: PaxRecord[] = []
  const starts = new Set<number>()
  for (let start = 0; start < content.length; ) {
    if (records.length === mostRecords) {
      throw new ArchiveStop('archive_metadata_too_large', `An extended header has more than ${mostRecords} records.`)
    }
    starts.add(start)
    const { record, end } = readRecord(content, start)
    records.push(record)
    start = end
  }
  const problems = [...repeatedKeys(records), ...hiddenRecords(content, starts)]
  const path = lastValue(records, 'path')
  const linkPath = lastValue(records, 'linkpath')
  const sizeBytes = size(records)
  return {
    ...(path === undefined ? {} : { path }),
    ...(linkPath === undefined ? {} : { linkPath }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    isSparse: records.some(({ key }) => key.startsWith('GNU.sparse.') || sparseKeys.has(key)),
    problems,
  }
}

/** GNU tar leaves out blanks before a name, and what follows a NUL. */
const unclearKey = /^[ \t]|\p{Cc}/u

/** `<length of the whole record> <key>=<value>\n` */
function readRecord(content: Uint8Array, start: number): { readonly record: PaxRecord; readonly end: number } {
  const blank = content.indexOf(space, start)
  const digits = blank === -1 || blank - start > 10 ? '' : String.fromCharCode(...content.subarray(start, blank))
  const end = start + Number(digits)
  if (!/^[1-9][0-9]*$/.test(digits) || end > content.length || end <= blank + 1 || content[end - 1] !== newline) {
    throw malformed('has a record of a wrong length')
  }
  const equals = content.indexOf(0x3d, blank)
  if (equals === -1 || equals >= end) throw malformed('has a record without a value')
  const key = decodeUtf8(content.subarray(blank + 1, equals))
  if (key === undefined || key === '') throw malformed('has a record without a name')
  if (unclearKey.test(key)) throw malformed('has a record whose name can be read in two ways')
  return { record: { key, value: content.subarray(equals + 1, end - 1) }, end }
}

function lastValue(records: readonly PaxRecord[], key: string): Uint8Array | undefined {
  const value = records.findLast((record) => record.key === key)?.value
  // An empty value takes an override back, which few readers know
  if (value?.length === 0) throw malformed(`has an empty ${key}`)
  return value
}

function size(records: readonly PaxRecord[]): number | undefined {
  const value = lastValue(records, 'size')
  if (value === undefined) return undefined
  const digits = decodeUtf8(value) ?? ''
  if (!/^[0-9]{1,15}$/.test(digits)) {
    throw new ArchiveStop('tar_number_invalid', 'The size in an extended header cannot be read.')
  }
  return Number(digits)
}

const decisive = new Set(['path', 'linkpath', 'size'])

function repeatedKeys(records: readonly PaxRecord[]): readonly string[] {
  const keys = records.map(({ key }) => key).filter((key) => decisive.has(key))
  return keys.length === new Set(keys).size ? [] : ['has an extended header that sets a name or a size twice']
}

/**
 * A value may contain line ends, and node-tar reads the records line by line: a text inside of a value that looks like
 * a whole record is one to node-tar and none to others.
 */
function hiddenRecords(content: Uint8Array, starts: ReadonlySet<number>): readonly string[] {
  for (let start = 0; start < content.length; ) {
    const found = content.indexOf(newline, start)
    const end = found === -1 ? content.length : found
    if (!starts.has(start) && looksLikeRecord(content, start, end)) {
      return ['has an extended header that hides a record in the text of another']
    }
    start = end + 1
  }
  return []
}

/**
 * Whether node-tar would take the line for a record: by a number at its beginning, behind any blank that Unicode knows.
 * A line that begins with an ASCII letter costs nothing.
 */
function looksLikeRecord(content: Uint8Array, start: number, end: number): boolean {
  const first = content[start] ?? 0
  if (end - start < shortestRecord || (first > digitNine && first < 0x80)) return false
  const head = utf8.decode(content.subarray(start, Math.min(end, start + 32)))
  return Number.parseInt(head, 10) === end - start + 1
}

function malformed(problem: string): ArchiveStop {
  return new ArchiveStop('tar_pax_invalid', `An extended header ${problem}.`)
}
