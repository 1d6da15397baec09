import type { UploadKind } from '../model/upload.ts'
import { archiveFinding } from '../validation/archive/findings.ts'
import { gunzipMembers } from '../validation/archive/gzip.ts'
import { walkOpaque } from '../validation/archive/opaque.ts'
import { createTarWalker, uncompressed } from '../validation/archive/tarball.ts'
import { type ArchiveLimits, archiveLimits, type WalkArchive, type WalkOptions } from '../validation/archive/walk.ts'
import { decompressXz } from '../validation/archive/xz.ts'
import { createZipWalker } from '../validation/archive/zip.ts'
import { decompressZstd } from '../validation/archive/zstd.ts'

/** For models, data sets and firmware: as much as there is, but neither a bomb nor more names than fit into memory. */
export const genericLimits: ArchiveLimits = {
  ...archiveLimits,
  entries: 250_000,
  unpackedBytes: 50 * 1024 ** 4,
  ratioFromBytes: 100_000_000,
}

interface ArchiveKind {
  readonly name: RegExp
  /** What such a file begins with, and where; an empty zip file begins with its end. */
  readonly magic: readonly (readonly [offset: number, bytes: string])[]
  readonly walk: WalkArchive
}

/** Links are in many an archive, of an SDK above all, and do no harm as long as they stay inside. */
const kinds: readonly ArchiveKind[] = [
  {
    name: /\.zip$/i,
    magic: [
      [0, 'PK\x03\x04'],
      [0, 'PK\x05\x06'],
    ],
    walk: createZipWalker('inside'),
  },
  { name: /\.tar$/i, magic: [[257, 'ustar']], walk: createTarWalker(uncompressed, 'inside') },
  { name: /\.(?:tar\.gz|tgz)$/i, magic: [[0, '\x1f\x8b']], walk: createTarWalker(gunzipMembers, 'inside') },
  { name: /\.tar\.zst$/i, magic: [[0, '\x28\xb5\x2f\xfd']], walk: createTarWalker(decompressZstd, 'inside') },
  { name: /\.tar\.xz$/i, magic: [[0, '\xfd7zXZ\0']], walk: createTarWalker(decompressXz, 'inside') },
]
const headBytes = 512

/**
 * How a file is read: archives by what their name ends in, all others not at all. Whoever sends one may ask for either:
 * `opaque` is never opened, `archive` is refused when it cannot be. Needs `readAt`.
 */
export function chooseWalker(filename: string, asked?: UploadKind): WalkArchive {
  if (asked === 'opaque') return walkOpaque
  const kind = kinds.find(({ name }) => name.test(filename))
  if (kind !== undefined) return withMagic(kind)
  return asked === 'archive'
    ? refuse('archive_kind_unknown', 'The name does not end as that of an archive.')
    : walkOpaque
}

/** Refuses a file that begins as one of another kind; what begins as none, the walker itself refuses. */
function withMagic(kind: ArchiveKind): WalkArchive {
  return async (source, options, visitor) => {
    const head = await readHead(options)
    const found = kinds.filter(({ magic }) => magic.some((one) => beginsWith(head, one)))
    const walk = found.length === 0 || found.includes(kind) ? kind.walk : differs
    return walk(source, options, visitor)
  }
}

async function readHead({ readAt, sizeBytes }: WalkOptions): Promise<Uint8Array> {
  if (sizeBytes === 0) return new Uint8Array(0)
  if (readAt === undefined) throw new Error('a file cannot be judged by its beginning without readAt')
  return readAt(0, Math.min(headBytes, sizeBytes))
}

function beginsWith(head: Uint8Array, [offset, bytes]: ArchiveKind['magic'][number]): boolean {
  return Array.from(bytes).every((character, index) => head[offset + index] === character.charCodeAt(0))
}

const differs = refuse('archive_kind_differs', 'The file begins like one of another kind than its name says.')

/** Its bytes are left to be read. */
function refuse(code: 'archive_kind_differs' | 'archive_kind_unknown', message: string): WalkArchive {
  return async (_, __, visitor) => {
    visitor.report(archiveFinding(code, message))
    return { complete: false, fileCount: 0, unpackedSizeBytes: 0 }
  }
}
