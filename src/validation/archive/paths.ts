import type { Finding } from '../check.ts'
import { isPrintable, printable } from '../printable.ts'
import type { ArchiveCode } from './codes.ts'
import { archiveFinding } from './findings.ts'
import type { ArchiveLimits } from './walk.ts'

const encoder = new TextEncoder()
const ascii = /^[\x20-\x7e]*$/
const controlCharacter = /\p{Cc}/u
/** Windows leaves out blanks at the end. */
const up = /^\.\. *$/
/** Not of two colons: that is a module of Perl's (`B::Deparse`), and no path on Windows. */
const drive = /^[A-Za-z]:(?!:)/
/** Device names in any folder, with any extension. @see Microsoft, "Naming Files, Paths, and Namespaces" */
const windowsDevice = /^(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(\.|$)/i
/** NTFS: `a.txt::$DATA` is the content of `a.txt`. @see Microsoft, "[MS-FSCC]" 2.1.5 */
const windowsStream = /:\$/
const windowsForbidden = /[<>:"|?*]|[. ]$/

/**
 * What is wrong with a path in an archive, on its own. `path` has no `/` at its end, whatever it names.
 * What only warns stands last.
 */
export function inspectPath(path: string, limits: ArchiveLimits): readonly Finding[] {
  if (path === '') return [archiveFinding('archive_path_empty', 'An entry has no name.')]
  const findings: Finding[] = []
  const note = (code: ArchiveCode, problem: string) => {
    findings.push(archiveFinding(code, `"${printable(path, 150)}" ${problem}.`, path))
  }
  const pathBytes = byteLength(path)
  if (pathBytes > limits.pathBytes) {
    note('archive_path_too_long', `is ${pathBytes} bytes long; ${limits.pathBytes} are allowed`)
    return findings // and nothing more: the rest takes time in proportion
  }
  inspectCharacters(path, note)
  inspectSegments(path, limits, note)
  return findings
}

/** The path that every reader makes of it: a "." that is neither first nor last means nothing. */
export function withoutInnerDots(path: string): string {
  return path.includes('/./') ? path.replace(/\/(?:\.\/)+/g, '/') : path
}

/** What `tar` writes of a folder that is called ".": it means nothing where paths are used as they are. */
export function withoutLeadingDot(path: string): string {
  return path === '.' ? '' : path.replace(/^(?:\.\/)+/, '')
}

type Note = (code: ArchiveCode, problem: string) => void

function inspectCharacters(path: string, note: Note): void {
  if (path.includes('\0')) note('archive_nul_in_path', 'contains a NUL')
  else if (controlCharacter.test(path)) note('archive_control_character', 'contains a control character')
  else if (!isPrintable(path)) note('archive_invisible_character', 'contains an invisible character')
  if (path.includes('\\')) note('archive_backslash', 'contains a backslash')
}

function inspectSegments(path: string, limits: ArchiveLimits, note: Note): void {
  const isAbsolute = path.startsWith('/')
  if (isAbsolute) note('archive_absolute_path', 'is absolute')
  const segments = (isAbsolute ? path.slice(1) : path).split('/')
  if (segments.some((segment) => up.test(segment))) note('archive_parent_path', 'goes up with ".."')
  if (segments[0] === '.' || segments.at(-1) === '.') note('archive_dot_segment', 'begins or ends with a "." segment')
  else if (segments.includes('.')) note('archive_inner_dot_segment', 'has a "." segment inside')
  if (segments.includes('')) note('archive_empty_segment', 'has an empty segment')
  if (segments.length > limits.depth) note('archive_path_too_deep', `is more than ${limits.depth} folders deep`)
  if (segments.some((segment) => byteLength(segment) > limits.segmentBytes)) {
    note('archive_segment_too_long', `has a name of more than ${limits.segmentBytes} bytes`)
  }
  if (segments.some((segment) => drive.test(segment))) note('archive_drive_letter', 'names a drive')
  else if (segments.some((segment) => windowsStream.test(segment))) {
    note('archive_windows_stream', 'is the content of another file on Windows')
  } else if (segments.some(isWindowsTrouble)) note('archive_windows_name', 'cannot be used on Windows')
}

function isWindowsTrouble(segment: string): boolean {
  return segment !== '.' && segment !== '..' && (windowsDevice.test(segment) || windowsForbidden.test(segment))
}

function byteLength(text: string): number {
  return ascii.test(text) ? text.length : encoder.encode(text).length
}
