import type { ArchiveEntry, Finding } from '../check.ts'
import { severityOf } from '../policy.ts'
import { printable } from '../printable.ts'
import type { ArchiveCode } from './codes.ts'
import { ArchiveStop, archiveFinding } from './findings.ts'
import { inspectPath } from './paths.ts'
import { type Collision, createPathTree } from './tree.ts'
import { type WalkOptions, withoutTopFolder } from './walk.ts'

/** What every kind of archive has to prove of its entries: their paths, alone and together, and their number. */
export interface EntryInspector {
  /**
   * Whether the entry is where it says that it is for every reader: only then may a check look at it.
   * @param path as in the archive, without a `/` at its end
   * @throws ArchiveStop when there are too many
   */
  inspect(path: string, entry: Omit<ArchiveEntry, 'path'>): boolean
  readonly totals: { readonly fileCount: number; readonly unpackedSizeBytes: number }
}

const setIdBits = 0o6000

export function createEntryInspector(options: WalkOptions, report: (finding: Finding) => void): EntryInspector {
  const { limits, layout } = options
  const tree = createPathTree(limits.entries)
  const totals = { fileCount: 0, unpackedSizeBytes: 0 }
  let entries = 0
  let topFolder: string | undefined
  let hasSeveralTopFolders = false

  function inspectTop(path: string, kind: ArchiveEntry['kind']): boolean {
    const top = topOf(path)
    if (top === path && kind === 'file') {
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

  function place(path: string, kind: ArchiveEntry['kind']): boolean {
    const installed = layout === 'flat' ? path : withoutTopFolder(path)
    if (installed === '') return true
    const placed = tree.add(installed, kind)
    if (placed === 'placed') return true
    if (placed === 'full') throw tooMany(limits.entries)
    const other = layout === 'flat' ? placed.other : `${topOf(path)}/${placed.other}`
    report(collisionFinding(path, { code: placed.code, other }, hasSeveralTopFolders))
    return severityOf(placed.code) !== 'error'
  }

  function inspect(path: string, { kind, sizeBytes, mode }: Omit<ArchiveEntry, 'path'>): boolean {
    entries += 1
    if (entries > limits.entries) throw tooMany(limits.entries)
    if (kind === 'file') {
      totals.fileCount += 1
      totals.unpackedSizeBytes += sizeBytes
    }
    if (mode & setIdBits) {
      report(archiveFinding('archive_setuid', `"${printable(path, 150)}" has a setuid or setgid bit.`, path))
    }
    const findings = inspectPath(path, limits)
    for (const finding of findings) report(finding)
    if (findings.some(({ code }) => severityOf(code) === 'error')) return false
    return (layout === 'flat' || inspectTop(path, kind)) && place(path, kind)
  }

  return { inspect, totals }
}

const differences: Readonly<Partial<Record<ArchiveCode, string>>> = {
  archive_case_collision: 'differ only in case',
  archive_unicode_collision: 'are the same text in two Unicode forms',
  archive_compatibility_collision: 'look the same',
}

function collisionFinding(path: string, { code, other }: Collision, hasSeveralTopFolders: boolean): Finding {
  const shown = `"${printable(path, 130)}"`
  const difference = differences[code]
  if (difference !== undefined) {
    return archiveFinding(code, `${shown} and "${printable(other, 130)}" ${difference}.`, path)
  }
  if (code === 'archive_file_as_directory') {
    return archiveFinding(code, `${shown} makes "${printable(other, 130)}" both a file and a folder.`, path)
  }
  const condition = hasSeveralTopFolders ? ', once the top folder is dropped' : ''
  return archiveFinding(code, `${shown} occurs twice${condition}.`, path)
}

function topOf(path: string): string {
  const slash = path.indexOf('/')
  return slash === -1 ? path : path.slice(0, slash)
}

function tooMany(most: number): ArchiveStop {
  return new ArchiveStop('archive_too_many_entries', `The archive has more than ${most} files and folders.`)
}
