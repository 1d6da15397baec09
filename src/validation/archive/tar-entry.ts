import type { Finding } from '../check.ts'
import { byteText, decodeUtf8, escapeBytes, printable } from '../printable.ts'
import type { ArchiveCode } from './codes.ts'
import { ArchiveStop, archiveFinding } from './findings.ts'
import type { Link } from './links.ts'
import type { PaxOverrides } from './pax.ts'
import type { TarHeader } from './tar-header.ts'

/** What extended headers say about the entry that follows them. Names are not yet known to be UTF-8. */
export interface Overrides {
  readonly pax?: PaxOverrides
  readonly longName?: Uint8Array
  readonly longLink?: Uint8Array
}

/** An entry as its headers together describe it. */
export interface TarEntry {
  /** Without a `/` at its end. For a message only when the entry is not `sound`. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly link?: Link
  readonly sizeBytes: number
  readonly mode: number
  /** It is a file, a folder or a link, and its name is text. */
  readonly isSound: boolean
}

interface Refused {
  readonly code: ArchiveCode
  readonly what: string
  /** Content follows by the size in the header, as for a file. */
  readonly hasContent?: true
}

const refusedTypes: Readonly<Partial<Record<string, Refused>>> = {
  '3': { code: 'archive_device', what: 'is a device' },
  '4': { code: 'archive_device', what: 'is a device' },
  '6': { code: 'archive_fifo', what: 'is a named pipe' },
}

const linkKinds: Readonly<Partial<Record<string, Link['kind']>>> = { '1': 'hard', '2': 'symbolic' }

/**
 * Puts a header and the extended headers before it together, and reports where two readers would not.
 * @throws ArchiveStop when they would not agree on how many bytes of content follow
 */
export function resolveEntry(header: TarHeader, overrides: Overrides, report: (finding: Finding) => void): TarEntry {
  const nameBytes = overrides.pax?.path ?? overrides.longName ?? header.name
  const name = decodeUtf8(nameBytes)
  const shownName = name ?? escapeBytes(nameBytes)
  const path = withoutSlashes(shownName) || shownName.slice(0, 1)
  const note = (code: ArchiveCode, problem: string) => {
    report(archiveFinding(code, `"${printable(path, 150)}" ${problem}.`, path))
  }
  if (name === undefined) note('archive_invalid_utf8', 'is not UTF-8')
  noteHeaders(header, overrides, note)
  if (!namesAgree(header, overrides)) note('tar_path_conflict', 'has another name in another of its headers')

  const linkKind = linkKinds[header.type]
  const target = linkTarget(header, overrides)
  const link = linkKind && { kind: linkKind, target }
  if (link && !targetsAgree(header, overrides)) note('tar_path_conflict', 'has another link target in another header')
  const refused = link ? undefined : (refusedTypes[header.type] ?? unknownType(header.type))
  const isNamedDirectory = header.type === '0' && shownName.endsWith('/')
  if (isNamedDirectory) note('tar_field_ambiguous', 'is a file by its type and a folder by its name')
  const isDirectory = header.type === '5' || isNamedDirectory
  if (refused !== undefined) note(refused.code, refused.what)
  else if (link === undefined && target.length > 0) note('tar_link_unexpected', 'has a link target but is no link')
  const isSparse = overrides.pax?.isSparse === true
  if (isSparse) note('archive_sparse', 'is a sparse file')

  const hasContent = refused === undefined ? !isDirectory && !link : refused.hasContent === true
  return {
    path,
    kind: link ? 'link' : refused !== undefined ? 'other' : isDirectory ? 'directory' : 'file',
    ...(link && { link }),
    sizeBytes: sizeOf(header, overrides, hasContent, path),
    mode: header.mode ?? 0,
    isSound: name !== undefined && refused === undefined && !isSparse,
  }
}

function unknownType(type: string): Refused | undefined {
  if (type === '0' || type === '5') return undefined
  if (type === 'S') return { code: 'archive_sparse', what: 'is a sparse file', hasContent: true }
  return { code: 'archive_unknown_type', what: `is of the unknown type "${printable(type, 10)}"`, hasContent: true }
}

function noteHeaders(
  header: TarHeader,
  overrides: Overrides,
  note: (code: ArchiveCode, problem: string) => void,
): void {
  const isRenamed = overrides.pax?.path !== undefined || overrides.longName !== undefined
  for (const { code, problem, onlyName } of header.problems) {
    if (!(onlyName && isRenamed)) note(code, problem)
  }
  for (const problem of overrides.pax?.problems ?? []) note('tar_pax_ambiguous', problem)
}

function sizeOf(header: TarHeader, { pax }: Overrides, hasContent: boolean, path: string): number {
  const shown = `"${printable(path, 150)}"`
  if (header.sizeBytes === undefined && hasContent) {
    throw new ArchiveStop('tar_number_invalid', `${shown} has no size.`, path)
  }
  const written = header.sizeBytes ?? 0
  const sizeBytes = pax?.sizeBytes ?? written
  // GNU tar, Python and Go write 0 where the digits do not suffice
  const isTooLarge = written === 0 && sizeBytes >= 8 ** 11
  if (sizeBytes !== written && !isTooLarge) {
    const message = `${shown} has ${written} bytes by one header and ${sizeBytes} by another.`
    throw new ArchiveStop('tar_size_conflict', message, path)
  }
  if (!hasContent && sizeBytes > 0) {
    const message = `${shown} is no file but has a size: some readers skip as many bytes, others none.`
    throw new ArchiveStop('tar_size_conflict', message, path)
  }
  return sizeBytes
}

/** Whether all headers give the entry one name, those left out that a writer had to shorten. */
function namesAgree(header: TarHeader, { pax, longName }: Overrides): boolean {
  return agree(header.name, pax?.path, longName, withoutSlashes)
}

/** The same of the target of a link. */
function targetsAgree(header: TarHeader, { pax, longLink }: Overrides): boolean {
  return agree(header.linkName, pax?.linkPath, longLink, (text) => text)
}

function agree(
  field: Uint8Array,
  pax: Uint8Array | undefined,
  gnu: Uint8Array | undefined,
  trim: (text: string) => string,
): boolean {
  if (pax !== undefined && gnu !== undefined && byteText(pax) !== byteText(gnu)) return false
  const override = pax ?? gnu
  return override === undefined || isShortened(trim(byteText(field)), trim(byteText(override)))
}

/**
 * Real writers put a shortened text, or one without the letters that ASCII lacks, where the full one does not fit. So
 * when it would fit, the two must be equal; when not, the short one must be what is left of the long one.
 */
function isShortened(short: string, full: string): boolean {
  if (short === full) return true
  const isWritable = full.length <= 100 && /^[\x20-\x7e]*$/.test(full)
  if (isWritable || climbsOf(short) > climbsOf(full)) return false
  // Go leaves out what is not ASCII, which may be the whole first folder
  if (short.startsWith('/')) return full.replace(/[^\0-\x7f]/g, '').startsWith(short)
  return placeholder.test(short) || isSubsequence(short.replace(/[^A-Za-z0-9]/g, ''), full)
}

/** What stands where a text does not fit, of tar-stream (pnpm and yarn), 7-Zip, `git archive`, and bsdtar for links. */
const placeholder =
  /^(?:PaxHeader|@PathCut\/_pc_crc32\/[0-9A-F]{8}\/.*|(?:[0-9a-f]{40}|[0-9a-f]{64})\.data|see (?:[0-9a-f]{40}|[0-9a-f]{64})\.paxheader|\.\/\.\/@Long(?:Sym|Hard)Link)$/

function climbsOf(text: string): number {
  return text.split('/').filter((segment) => segment === '..').length
}

/** Without those at the end. Not a regular expression: that would take quadratic time on a hostile name. */
function withoutSlashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '/') end -= 1
  return text.slice(0, end)
}

function isSubsequence(part: string, whole: string): boolean {
  let from = 0
  for (const character of part) {
    const found = whole.indexOf(character, from)
    if (found === -1) return false
    from = found + 1
  }
  return true
}

function linkTarget(header: TarHeader, { pax, longLink }: Overrides): Uint8Array {
  return pax?.linkPath ?? longLink ?? header.linkName
}
