import { zstdCompressSync } from 'node:zlib'
import type { ArchiveCode } from '../../../../src/validation/archive/codes.ts'
import { concat, gzipMember } from '../../../builders/gzip.ts'
import { type TarballBuilder, tarball } from '../../../builders/tarball.ts'
import { xzStream } from '../../../builders/xz.ts'
import { skippableFrame, zstdFrame } from '../../../builders/zstd.ts'
import type { HostileArchive } from './hostile-archive.ts'
import { plainTar, tarGzip, tarXz, tarZstd, type WalkSettings } from './walking.ts'

const tar = tarball().file('a.txt', 'good').tar()
const text = (content: string) => new TextEncoder().encode(content)
const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 0x55 : byte))

function hostile(code: ArchiveCode, name: string, archive: Uint8Array, settings: WalkSettings): HostileArchive {
  return { code, name, archive, settings }
}

const zstd: readonly HostileArchive[] = [
  hostile('zstd_header_invalid', 'zstd: an empty file', new Uint8Array(0), tarZstd),
  hostile('zstd_header_invalid', 'zstd: a tar archive that is not compressed', tar, tarZstd),
  hostile('zstd_truncated', 'zstd: a frame without its end', zstdCompressSync(tar).subarray(0, -3), tarZstd),
  hostile('zstd_truncated', 'zstd: the beginning of a second frame', concat(zstdFrame(tar), text('(')), tarZstd),
  hostile('zstd_data_invalid', 'zstd: damaged data', flipped(zstdCompressSync(tar), 7), tarZstd),
  hostile('zstd_window_too_large', 'zstd: a window of 256 MiB', zstdFrame(tar, { windowBits: 28 }), tarZstd),
  hostile(
    'zstd_window_too_large',
    'zstd: a window of 2 TiB in the second frame',
    concat(zstdFrame(tar.subarray(0, 512)), zstdFrame(tar.subarray(512), { windowBits: 41 })),
    tarZstd,
  ),
  hostile('zstd_trailing_data', 'zstd: something behind the last frame', concat(zstdFrame(tar), tar), tarZstd),
  hostile(
    'zstd_trailing_data',
    'zstd: zeros behind the last frame',
    concat(zstdFrame(tar), new Uint8Array(9)),
    tarZstd,
  ),
  hostile(
    'zstd_too_many_frames',
    'zstd: thousands of empty frames',
    concat(...Array.from({ length: 1500 }, () => skippableFrame(new Uint8Array(0))), zstdFrame(tar)),
    tarZstd,
  ),
  hostile(
    'archive_ratio_too_high',
    'zstd: a bomb',
    zstdCompressSync(tarball().file('b', new Uint8Array(12_000_000)).tar()),
    tarZstd,
  ),
  hostile('tar_end_missing', 'zstd: a skippable frame and nothing else', skippableFrame(text('x')), tarZstd),
]

const gzip: readonly HostileArchive[] = [
  hostile(
    'gzip_several_members',
    'gzip: thousands of empty members',
    concat(...Array.from({ length: 1200 }, () => gzipMember(new Uint8Array(0))), gzipMember(tar)),
    tarGzip,
  ),
  hostile(
    'gzip_truncated',
    'gzip: the beginning of a second member',
    concat(gzipMember(tar), Uint8Array.of(0x1f, 0x8b)),
    tarGzip,
  ),
  hostile(
    'tar_data_after_end',
    'gzip: an archive in a second member',
    concat(gzipMember(tar), gzipMember(tar)),
    tarGzip,
  ),
]

const xz: readonly HostileArchive[] = [
  hostile('xz_header_invalid', 'xz: an empty file', new Uint8Array(0), tarXz),
  hostile('xz_header_invalid', 'xz: the older .lzma', text(']\0\0\x80\0'), tarXz),
  hostile('xz_truncated', 'xz: a stream without its end', xzStream(tar).subarray(0, -5), tarXz),
  hostile('xz_truncated', 'xz: a header and nothing else', xzStream(tar).subarray(0, 12), tarXz),
  hostile('xz_data_invalid', 'xz: a damaged header', flipped(xzStream(tar), 9), tarXz),
  hostile('xz_data_invalid', 'xz: a wrong checksum', flipped(xzStream(tar), 400), tarXz),
  hostile('xz_options_unknown', 'xz: a filter for machine code', xzStream(tar, { filter: 4 }), tarXz),
  hostile('xz_dictionary_too_large', 'xz: a dictionary of 128 MiB', xzStream(tar, { dictionary: 30 }), tarXz),
  hostile(
    'xz_dictionary_too_large',
    'xz: a dictionary of 2 GiB in the second stream',
    concat(xzStream(tar.subarray(0, 512)), xzStream(tar.subarray(512), { dictionary: 38 })),
    tarXz,
  ),
  hostile('xz_trailing_data', 'xz: something behind the last stream', concat(xzStream(tar), tar), tarXz),
  hostile('archive_unpacked_too_large', 'xz: more than the limit', xzStream(tar), {
    ...tarXz,
    limits: { unpackedBytes: 1000 },
  }),
]

function trick(code: ArchiveCode, name: string, build: (t: TarballBuilder) => TarballBuilder): HostileArchive {
  return {
    code,
    name: `tar: ${name}`,
    archive: build(tarball().file('a.txt', 'x')).tar(),
    path: 'b',
    settings: plainTar,
  }
}

const tars: readonly HostileArchive[] = [
  trick('archive_link_escapes', 'a link to an absolute path', (t) => t.symlink('b', '/etc/passwd')),
  trick('archive_link_escapes', 'a link that climbs out', (t) => t.symlink('b', '../x')),
  trick('archive_link_escapes', 'a link that climbs out behind another link', (t) =>
    t.symlink('c', 'd/e').symlink('b', 'c/../../x'),
  ),
  trick('archive_link_escapes', 'a link whose long target climbs out', (t) =>
    t.gnuLongLink(`../${'x'.repeat(120)}`).symlink('b', `../${'x'.repeat(97)}`),
  ),
  trick('archive_link_unknown', 'a hard link to nothing', (t) => t.hardlink('b', 'c')),
  trick('archive_link_unknown', 'a hard link to an absolute path', (t) => t.hardlink('b', '/etc/passwd')),
  trick('archive_link_unknown', 'a hard link that climbs out', (t) => t.hardlink('b', '../a.txt')),
  trick('archive_link_unknown', 'a hard link to a symbolic link', (t) => t.symlink('c', 'a.txt').hardlink('b', 'c')),
  trick('archive_link_unknown', 'a hard link to a folder', (t) => t.directory('c').hardlink('b', 'c')),
  trick('archive_link_unknown', 'a hard link to another spelling', (t) => t.hardlink('b', 'A.txt')),
  trick('archive_duplicate_path', 'a file over a link', (t) => t.symlink('b', 'a.txt').file('b', 'x')),
  trick('archive_duplicate_path', 'a link over a file', (t) => t.file('b', 'x').symlink('b', 'a.txt')),
  trick('archive_link_escapes', 'a link that climbs out on Windows', (t) => t.symlink('b', '.. /x')),
  trick('archive_link_escapes', 'a link that climbs out of a path too long to be resolved', (t) =>
    t.symlink('b', `${'d/'.repeat(40)}l/${'../'.repeat(4)}x`),
  ),
  trick('tar_path_conflict', 'a link with another target in the header', (t) =>
    t.pax({ linkpath: 'a.txt' }).symlink('b', '/etc/passwd'),
  ),
  trick('tar_path_conflict', 'a link whose short target climbs', (t) =>
    t.pax({ linkpath: `é/${'a/'.repeat(60)}x` }).symlink('b', '../a'),
  ),
  trick('tar_path_conflict', 'a link whose short target is absolute', (t) =>
    t.pax({ linkpath: `é/${'a/'.repeat(60)}x` }).symlink('b', '/etc/passwd'),
  ),
  trick('tar_path_conflict', 'a link with another target for GNU tar', (t) =>
    t.gnuLongLink('/etc/passwd').pax({ linkpath: 'a.txt' }).symlink('b', 'a.txt'),
  ),
  trick('archive_device', 'a device', (t) => t.device('b')),
  trick('archive_sparse', 'holes as Solaris describes them', (t) => t.pax({ 'SUN.holesdata': ' 0 1' }).file('b', 'x')),
  trick('archive_sparse', 'a real size as star describes it', (t) => t.pax({ 'SCHILY.realsize': '9' }).file('b', 'x')),
  trick('archive_fifo', 'a named pipe', (t) => t.fifo('b')),
  trick('archive_sparse', 'a sparse file', (t) => t.rawHeader({ name: 'b', type: 'S' })),
]

export const hostileStreams: readonly HostileArchive[] = [...gzip, ...zstd, ...xz, ...tars]
