import { hasher } from '../../std/digest.ts'
import type { Finding } from '../check.ts'
import { printable } from '../printable.ts'
import type { ByteReader } from './byte-reader.ts'
import type { EntryInspector } from './entries.ts'
import { ArchiveStop, archiveFinding } from './findings.ts'
import { readPax } from './pax.ts'
import { type Overrides, resolveEntry } from './tar-entry.ts'
import { blockBytes, isZeroBlock, readTarHeader, type TarHeader } from './tar-header.ts'
import type { ArchiveLimits, ArchiveVisitor } from './walk.ts'

interface TarWalk {
  readonly input: ByteReader
  readonly limits: ArchiveLimits
  readonly inspector: EntryInspector
  readonly visitor: ArchiveVisitor
}

/**
 * Walks a tar archive (ustar, pax, GNU) to the very end of its input. Holds one header and what the inspector holds.
 * @throws ArchiveStop when what follows cannot be read, or what input and visitor throw
 */
export async function walkTar(walk: TarWalk): Promise<void> {
  const { input, visitor } = walk
  let overrides: Overrides = {}
  for (;;) {
    const block = await input.exactly(blockBytes)
    if (block.length === 0) {
      visitor.report(archiveFinding('tar_end_missing', 'The tar archive ends without an end marker.'))
      break
    }
    if (block.length < blockBytes) throw truncated('in the middle of a header')
    if (isZeroBlock(block)) {
      await readEnd(walk)
      break
    }
    const header = readTarHeader(block)
    if (isExtended(header)) {
      overrides = await readExtended(walk, header, overrides)
    } else {
      await readEntry(walk, header, overrides)
      overrides = {}
    }
  }
  if (hasOverrides(overrides)) visitor.report(orphaned('at the end of the archive'))
}

async function readEntry({ input, inspector, visitor }: TarWalk, header: TarHeader, overrides: Overrides) {
  const { path, kind, link, sizeBytes, mode, isSound } = resolveEntry(header, overrides, visitor.report)
  // A device counts as a file with a path: what is wrong with it is worth knowing too
  const placed = inspector.inspect(path, { kind: kind === 'other' ? 'file' : kind, sizeBytes, mode })
  if (link) inspector.link(placed?.path ?? path, link)
  if (header.type === 'S')
    throw new ArchiveStop('archive_sparse', 'The archive cannot be read past a sparse file.', path)
  const isShown = isSound && (kind === 'file' || kind === 'directory')
  const shown = isShown && placed !== undefined ? { ...placed, kind } : undefined
  const reader =
    shown?.isSecond === false ? visitor.entry({ path: shown.path, kind: shown.kind, sizeBytes, mode }) : undefined
  const hash = shown && kind === 'file' ? hasher('sha256') : undefined
  await readContent(input, path, sizeBytes, (bytes) => {
    hash?.update(bytes)
    reader?.chunk(bytes)
  })
  if (shown && hash) inspector.content(shown, hash.hex())
  await reader?.end?.()
}

async function readContent(
  input: ByteReader,
  path: string,
  sizeBytes: number,
  take: (bytes: Uint8Array) => void,
): Promise<void> {
  const cut = () => truncated(`in "${printable(path, 150)}"`, path)
  let left = sizeBytes
  while (left > 0) {
    const bytes = await input.some(left)
    if (bytes === undefined) throw cut()
    left -= bytes.length
    take(bytes)
  }
  if (!(await skipPadding(input, sizeBytes))) throw cut()
}

async function skipPadding(input: ByteReader, sizeBytes: number): Promise<boolean> {
  const padding = (blockBytes - (sizeBytes % blockBytes)) % blockBytes
  return (await input.exactly(padding)).length === padding
}

const extendedTypes = ['x', 'g', 'L', 'K']

function isExtended({ type }: TarHeader): boolean {
  return extendedTypes.includes(type)
}

function hasOverrides(overrides: Overrides): boolean {
  return Object.keys(overrides).length > 0
}

/** Returns what holds for the next entry. */
async function readExtended(walk: TarWalk, header: TarHeader, before: Overrides): Promise<Overrides> {
  const { visitor } = walk
  for (const { code, problem, onlyName } of header.problems) {
    if (!onlyName) visitor.report(archiveFinding(code, `An extended header ${problem}.`))
  }
  if (before.pax?.sizeBytes !== undefined) {
    // pnpm applies the size to whatever header comes next
    throw new ArchiveStop('tar_size_conflict', 'An extended header that sets a size is not followed by its file.')
  }
  const content = await readMetadata(walk, header)
  switch (header.type) {
    case 'x': {
      if (before.pax !== undefined) visitor.report(twice('extended headers'))
      return { ...before, pax: readPax(content) }
    }
    case 'g': {
      if (hasOverrides(before)) visitor.report(orphaned('before a global header'))
      reportGlobal(content, visitor.report)
      return before
    }
    case 'L': {
      if (before.longName !== undefined) visitor.report(twice('long names'))
      return { ...before, longName: readLongText(content, visitor.report) }
    }
    default: {
      if (before.longLink !== undefined) visitor.report(twice('long link targets'))
      return { ...before, longLink: readLongText(content, visitor.report) }
    }
  }
}

async function readMetadata({ input, limits }: TarWalk, header: TarHeader): Promise<Uint8Array> {
  const sizeBytes = header.sizeBytes ?? 0
  if (sizeBytes > limits.metadataBytes) {
    const message = `An extended header of ${sizeBytes} bytes is too large; ${limits.metadataBytes} are allowed.`
    throw new ArchiveStop('archive_metadata_too_large', message)
  }
  // A copy: what is read next may replace the bytes, and the names are needed until the entry
  const content = (await input.exactly(sizeBytes)).slice()
  const isWhole = content.length === sizeBytes && (await skipPadding(input, sizeBytes))
  if (!isWhole) throw truncated('in an extended header')
  return content
}

function reportGlobal(content: Uint8Array, report: (finding: Finding) => void): void {
  const { path, linkPath, sizeBytes, isSparse, problems } = readPax(content)
  for (const problem of problems) report(archiveFinding('tar_pax_ambiguous', `The archive ${problem}.`))
  if (path !== undefined || linkPath !== undefined || sizeBytes !== undefined || isSparse) {
    report(archiveFinding('tar_pax_global_override', 'A global header sets a name or a size for all entries.'))
  }
}

/** GNU's long names end with a NUL. */
function readLongText(content: Uint8Array, report: (finding: Finding) => void): Uint8Array {
  const nul = content.indexOf(0)
  if (nul === -1) return content
  if (content.subarray(nul).some((byte) => byte !== 0)) {
    report(archiveFinding('tar_field_ambiguous', 'A long name goes on after its end.'))
  }
  return content.subarray(0, nul)
}

/** The first zero block has been read. A second belongs to the marker; zeros up to a full record may follow. */
async function readEnd({ input, limits, visitor }: TarWalk): Promise<void> {
  let zeros = 0
  for (
    let bytes = await input.some(limits.paddingBytes);
    bytes !== undefined;
    bytes = await input.some(limits.paddingBytes)
  ) {
    if (bytes.some((byte) => byte !== 0)) {
      throw new ArchiveStop('tar_data_after_end', 'There are bytes after the end marker of the tar archive.')
    }
    zeros += bytes.length
    if (zeros > limits.paddingBytes) {
      const message = `More than ${limits.paddingBytes} zeros follow the end marker of the tar archive.`
      throw new ArchiveStop('tar_padding_too_long', message)
    }
  }
  if (zeros < blockBytes) {
    visitor.report(archiveFinding('tar_end_short', 'The end marker of the tar archive is one zero block, not two.'))
  }
}

const truncated = (where: string, path?: string) =>
  new ArchiveStop('tar_truncated', `The tar archive ends ${where}.`, path)
const orphaned = (where: string) =>
  archiveFinding('tar_header_orphaned', `An extended header stands ${where}, without a file.`)
const twice = (what: string) => archiveFinding('tar_pax_ambiguous', `Two ${what} belong to the same entry.`)
