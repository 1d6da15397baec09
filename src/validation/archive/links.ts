import type { Finding } from '../check.ts'
import { severityOf } from '../policy.ts'
import { decodeUtf8, escapeBytes, printable } from '../printable.ts'
import { archiveFinding } from './findings.ts'
import { inspectPath, withoutInnerDots, withoutLeadingDot } from './paths.ts'
import type { ArchiveLimits } from './walk.ts'

/**
 * `refused`: no links at all (npm, whose clients skip or follow them).
 * `inside`: links that cannot lead out of the archive, wherever and in whatever order it is unpacked. Such archives are
 * often for one system only (SDKs, headers of Linux), so files may differ in nothing but case, too.
 */
export type LinkRule = 'refused' | 'inside'

export interface Link {
  readonly kind: 'symbolic' | 'hard'
  /** Not yet known to be UTF-8. */
  readonly target: Uint8Array
}

/** What the rule says to a link. @param isFile whether a path names a file that stands before in the archive */
export function inspectLink(
  rule: LinkRule,
  path: string,
  { kind, target }: Link,
  limits: ArchiveLimits,
  isFile: (path: string) => boolean,
): Finding | undefined {
  const to = decodeUtf8(target)
  const shown = target.length === 0 ? '' : ` to "${printable(to ?? escapeBytes(target), 100)}"`
  const is = `"${printable(path, 150)}" is a ${kind} link${shown}`
  if (rule === 'refused')
    return archiveFinding(kind === 'hard' ? 'archive_hardlink' : 'archive_symlink', `${is}.`, path)
  if (kind === 'symbolic') {
    const isOut = to === undefined || leadsOutside(path, to, limits)
    return isOut ? archiveFinding('archive_link_escapes', `${is}, which can lead out of the archive.`, path) : undefined
  }
  // As the paths of entries are read: `tar -C folder .` writes "./a" for both
  const named = to && withoutInnerDots(withoutLeadingDot(to))
  const isKnown = named !== undefined && inspectPath(named, limits).every(isWarning) && isFile(named)
  return isKnown ? undefined : archiveFinding('archive_link_unknown', `${is}, which is no file before it.`, path)
}

const isWarning = ({ code }: Finding) => severityOf(code) !== 'error'

/** Windows leaves out blanks at the end of a segment. */
const unclear = /[\p{Cc}\\]|^[A-Za-z]:|(?:^|\/)\.\. +(?:\/|$)/u

/**
 * Whether following a symbolic link could lead out of the folder that the archive is unpacked into. No entry lies under
 * a link (that is a file used as a folder), so the folders of the link are real ones and ".." at the beginning of the
 * target climbs them one by one. Behind a name it would climb from wherever that name leads, which may be another link.
 * @param path of the link, without dots
 */
function leadsOutside(path: string, target: string, limits: ArchiveLimits): boolean {
  if (target === '' || target.length > limits.pathBytes || target.startsWith('/') || unclear.test(target)) return true
  const segments = target.split('/').filter((segment) => segment !== '' && segment !== '.')
  const climbs = segments.findIndex((segment) => segment !== '..')
  const up = climbs === -1 ? segments.length : climbs
  return up > path.split('/').length - 1 || segments.lastIndexOf('..') >= up
}
