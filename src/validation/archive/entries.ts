import type { ArchiveEntry, Finding } from '../check.ts'
import { severityOf } from '../policy.ts'
import { printable } from '../printable.ts'
import type { ArchiveCode } from './codes.ts'
import { createFileDigests } from './file-digests.ts'
import { ArchiveStop, archiveFinding } from './findings.ts'
import { inspectLink, type Link, type LinkRule } from './links.ts'
import { inspectPath, withoutInnerDots, withoutLeadingDot } from './paths.ts'
import { createPathTree } from './tree.ts'
import { type ArchiveSummary, type WalkOptions, withoutTopFolder } from './walk.ts'

/** What every kind of archive has to prove of its entries: their paths, alone and together, and their number. */
export interface EntryInspector {
  /**
   * Finds whether the entry is at the same place for every reader: only then may a check look at it.
   * @param written the path as it stands in the archive, without a `/` at its end
   * @returns where it is unpacked; undefined when that is not the same for all
   * @throws ArchiveStop when there are too many
   */
  inspect(written: string, entry: InspectedEntry): Placement | undefined
  /** Is told where each link leads, and reports it when the rule is against it. */
  link(path: string, link: Link): void
  /** Is told the digest of each placed file's content, and reports those that stand twice. */
  content(placement: Placement, digest: string): void
  readonly totals: { readonly fileCount: number; readonly unpackedSizeBytes: number }
}

export interface InspectedEntry extends Omit<ArchiveEntry, 'path' | 'kind'> {
  readonly kind: ArchiveEntry['kind'] | 'link'
}

export interface Placement {
  readonly path: string
  /** A file of this path was there before: harmless with the same bytes, and not to be shown again. */
  readonly isSecond: boolean
}

const setIdBits = 0o6000

/** Walks an archive to its end, or to the finding that ends the walk. @throws what else the walk throws */
export async function walkToEnd(
  inspector: EntryInspector,
  report: (finding: Finding) => void,
  walk: () => Promise<void>,
): Promise<ArchiveSummary> {
  try {
    await walk()
    return { complete: true, ...inspector.totals }
  } catch (error) {
    if (!(error instanceof ArchiveStop)) throw error
    report(error.finding)
    return { complete: false, ...inspector.totals }
  }
}

export function createEntryInspector(
  options: WalkOptions,
  report: (finding: Finding) => void,
  links: LinkRule = 'refused',
): EntryInspector {
  const { limits, layout } = options
  const tree = createPathTree(limits.entries)
  const digests = createFileDigests()
  const totals = { fileCount: 0, unpackedSizeBytes: 0 }
  let entries = 0
  let topFolder: string | undefined
  let hasSeveralTopFolders = false

  function inspectTop(path: string, kind: InspectedEntry['kind']): boolean {
    const top = topOf(path)
    if (top === path && kind !== 'directory') {
      report(archiveFinding('archive_outside_top_folder', `"${printable(path, 150)}" is not inside a folder.`, path))
      return false
    }
    if (topFolder !== undefined && top !== topFolder && !hasSeveralTopFolders) {
      hasSeveralTopFolders = true
      const both = `"${printable(topFolder, 80)}" and "${printable(top, 80)}"`
      report(archiveFinding('archive_several_top_folders', `The archive has the top folders ${both}.`, path))
    }
    topFolder ??= top
    return true
  }

  const installedPath = (path: string) => (layout === 'flat' ? path : withoutTopFolder(path))

  function place(path: string, kind: InspectedEntry['kind']): Placement | undefined {
    const first: Placement = { path, isSecond: false }
    const installed = installedPath(path)
    if (installed === '') return first
    const placed = tree.add(installed, kind)
    if (placed === 'placed') return first
    if (placed === 'full') throw tooMany(limits.entries)
    // Of a file, until its content is known
    if (placed.code === 'archive_duplicate_path' && kind !== 'link') return { path, isSecond: true }
    const other = layout === 'flat' ? placed.other : `${topOf(path)}/${placed.other}`
    const areTwins = links === 'inside' && placed.areFiles && placed.code === 'archive_case_collision'
    const code = areTwins ? 'archive_case_twins' : placed.code
    report(collisionFinding(path, other, code))
    return severityOf(code) === 'error' ? undefined : first
  }

  function inspect(written: string, { kind, sizeBytes, mode }: InspectedEntry): Placement | undefined {
    entries += 1
    if (entries > limits.entries) throw tooMany(limits.entries)
    if (kind !== 'directory') {
      totals.fileCount += 1
      totals.unpackedSizeBytes += sizeBytes
    }
    if (mode & setIdBits) {
      report(archiveFinding('archive_setuid', `"${printable(written, 150)}" has a setuid or setgid bit.`, written))
    }
    const named = layout === 'flat' ? withoutLeadingDot(written) : written
    if (named === '' && kind === 'directory' && written !== '') return undefined // the folder that it is unpacked into
    const findings = inspectPath(named, limits)
    for (const finding of findings) report(finding)
    if (findings.some(({ code }) => severityOf(code) === 'error')) return undefined
    const path = withoutInnerDots(named)
    return layout === 'flat' || inspectTop(path, kind) ? place(path, kind) : undefined
  }

  function content({ path, isSecond }: Placement, digest: string): void {
    const isRepetition = digests.isRepetition(installedPath(path), digest)
    if (!isSecond) return
    const code = isRepetition ? 'archive_repeated_file' : 'archive_duplicate_path'
    const condition = hasSeveralTopFolders ? ', once the top folder is dropped' : ''
    const difference = isRepetition ? 'the same' : 'other'
    const message = `"${printable(path, 150)}" occurs twice${condition}, with ${difference} content.`
    report(archiveFinding(code, message, path))
  }

  function link(path: string, to: Link): void {
    const finding = inspectLink(links, path, to, limits, (target) => tree.isFile(installedPath(target)))
    if (finding !== undefined) report(finding)
  }

  return { inspect, link, content, totals }
}

const differences: Readonly<Partial<Record<ArchiveCode, string>>> = {
  archive_duplicate_path: 'are one path',
  archive_case_collision: 'differ only in case',
  archive_case_twins: 'differ only in case',
  archive_unicode_collision: 'are the same text in two Unicode forms',
  archive_compatibility_collision: 'look the same',
}

function collisionFinding(path: string, other: string, code: ArchiveCode): Finding {
  const shown = `"${printable(path, 130)}"`
  const difference = differences[code]
  if (difference !== undefined) {
    return archiveFinding(code, `${shown} and "${printable(other, 130)}" ${difference}.`, path)
  }
  return archiveFinding(code, `${shown} makes "${printable(other, 130)}" both a file and a folder.`, path)
}

function topOf(path: string): string {
  const slash = path.indexOf('/')
  return slash === -1 ? path : path.slice(0, slash)
}

function tooMany(most: number): ArchiveStop {
  return new ArchiveStop('archive_too_many_entries', `The archive has more than ${most} files and folders.`)
}
