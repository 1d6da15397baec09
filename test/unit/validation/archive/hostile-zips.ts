import type { ArchiveCode } from '../../../../src/validation/archive/codes.ts'
import type { ArchiveLimits } from '../../../../src/validation/archive/walk.ts'
import { concat } from '../../../builders/gzip.ts'
import {
  elsewhere,
  endRecord,
  extraField,
  type ZipBuilder,
  type ZipEndOptions,
  zip,
  zip64Field,
} from '../../../builders/zip.ts'
import type { HostileArchive } from './hostile-archive.ts'
import { zipFile } from './walking.ts'

/** What every hostile zip file begins with. */
const good = () => zip().file('a.txt', 'good')
const bytes = (...values: readonly number[]) => new Uint8Array(values)
const zeros = new Uint8Array(5000)

/** A zip file with something added to it. */
function trick(
  code: ArchiveCode,
  name: string,
  build: (builder: ZipBuilder) => ZipBuilder,
  path?: string,
  end: ZipEndOptions = {},
): HostileArchive {
  return {
    name: `zip: ${name}`,
    code,
    archive: build(good()).zip(end),
    settings: zipFile,
    ...(path === undefined ? {} : { path }),
  }
}

/** A zip file whose end is not what it should be. */
function end(code: ArchiveCode, name: string, options: ZipEndOptions): HostileArchive {
  return trick(code, name, (z) => z, undefined, options)
}

function raw(
  code: ArchiveCode,
  name: string,
  archive: Uint8Array,
  limits: Partial<ArchiveLimits> = {},
): HostileArchive {
  return { name: `zip: ${name}`, code, archive, settings: { ...zipFile, limits } }
}

const ends: readonly HostileArchive[] = [
  raw('zip_end_missing', 'something that is no zip file', zeros),
  raw('zip_end_missing', 'an empty file', new Uint8Array(0)),
  raw('zip_end_missing', 'a zip file without its last byte', good().zip().subarray(0, -1)),
  end('zip_end_missing', 'a comment that is longer than the file', { comment: 'x', commentBytes: 9 }),
  raw('zip_trailing_data', 'a byte at the end', concat(good().zip(), bytes(0))),
  end('zip_trailing_data', 'a comment that is shorter than it is', { comment: 'hidden', commentBytes: 2 }),
  end('zip_several_ends', 'an end record in the comment', { comment: endRecord() }),
  end('zip_several_ends', 'an end record in the comment with a comment', { comment: endRecord({ comment: 'x' }) }),
  end('zip_several_ends', 'an end record in the comment that does not reach the end', {
    comment: endRecord({ commentBytes: 7 }),
  }),
  raw('zip_directory_invalid', 'two zip files, one behind the other', concat(good().zip(), good().zip())),
  raw('zip_directory_invalid', 'a program before the zip file', concat(bytes(0x7f, 0x45, 0x4c, 0x46), good().zip())),
  end('zip_directory_invalid', 'a directory that is larger than it is', { directoryBytes: 9 }),
  end('zip_directory_invalid', 'an entry that is not counted', { entries: 0 }),
  end('zip_directory_invalid', 'an entry that is counted and not there', { entries: 2 }),
  end('zip_directory_invalid', 'a hole behind the directory', { afterDirectory: bytes(1, 2, 3) }),
  end('zip_directory_invalid', 'a digital signature in the directory', {
    afterDirectory: bytes(0x50, 0x4b, 5, 5, 0, 0),
    directoryBytes: 57,
  }),
  end('zip_split', 'a second disk', { disk: 1 }),
  trick('zip_split', 'an entry on a second disk', (z) => z.file('b', '', { central: { disk: 1 } })),
  end('zip_zip64_invalid', 'zip64 numbers that are missing', { entries: 0xffff }),
  end('zip_zip64_invalid', 'a directory that is elsewhere, and nowhere', { directoryOffset: elsewhere }),
  end('zip_zip64_invalid', 'another number of entries in zip64', { zip64: { entries: 2 } }),
  end('zip_zip64_invalid', 'another place of the directory in zip64', { zip64: { directoryOffset: 0 } }),
  end('zip_zip64_invalid', 'a locator that points elsewhere', { zip64: { at: 0 } }),
  end('zip_zip64_invalid', 'a zip64 record with room for more', { zip64: { size: 52 } }),
  end('zip_zip64_invalid', 'an impossible number', { zip64: { entries: 2 ** 60 } }),
  end('zip_directory_invalid', 'a directory elsewhere by zip64', {
    directoryOffset: elsewhere,
    zip64: { directoryOffset: 3 },
  }),
]

const places: readonly HostileArchive[] = [
  raw('zip_leading_data', 'a script before the first entry', zip().raw(bytes(0x23, 0x21)).file('a', 'x').zip()),
  trick('zip_hidden_data', 'zeros between two entries', (z) => z.raw(zeros).file('b', 'x')),
  trick('zip_hidden_data', 'an entry that the directory does not name', (z) => {
    const hidden = zip().file('evil.sh', 'rm').zip()
    return z.raw(hidden.subarray(0, 41))
  }),
  end('zip_hidden_data', 'a block of signatures before the directory', { beforeDirectory: zeros }),
  trick('zip_entries_overlap', 'the same entry twice in the directory', (z) => z.again(0)),
  trick('zip_entries_overlap', 'two names for one content', (z) => z.file('b', 'x', { central: { offset: 0 } })),
  trick('zip_entries_overlap', 'a content that goes on into the next entry', (z) =>
    z.file('b', 'x', { compressedBytes: 40 }).file('c', 'y'),
  ),
  trick('zip_entries_overlap', 'a content that goes on into the directory', (z) =>
    z.file('b', 'x', { compressedBytes: 4000 }),
  ),
  raw(
    'zip_header_invalid',
    'a directory that points to no header',
    zip()
      .raw(zeros)
      .file('a', 'x', { central: { offset: 0 } })
      .zip(),
  ),
]

const headers: readonly HostileArchive[] = [
  trick(
    'zip_name_conflict',
    'another name in the directory',
    (z) => z.file('b', 'x', { central: { name: 'evil' } }),
    'b',
  ),
  trick(
    'zip_name_conflict',
    'a name that is the digest of another',
    (z) =>
      z.file('b'.repeat(64), 'x', {
        central: { name: 'ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb' },
      }),
    'b'.repeat(64),
  ),
  trick(
    'zip_name_conflict',
    'a second name in an extra field',
    (z) => z.file('b', 'x', { local: { extra: extraField(0x7075, bytes(1, 0, 0, 0, 0, 0x65)) } }),
    'b',
  ),
  trick('zip_name_conflict', 'a second name in the directory', (z) =>
    z.file('b', 'x', { central: { extra: extraField(0x7075, bytes(1, 0, 0, 0, 0, 0x65)) } }),
  ),
  trick(
    'zip_size_conflict',
    'another size in the local header',
    (z) => z.file('b', 'x', { local: { sizeBytes: 9 } }),
    'b',
  ),
  trick(
    'zip_size_conflict',
    'another compressed size in the local header',
    (z) => z.file('b', 'x', { local: { compressedBytes: 1 } }),
    'b',
  ),
  trick(
    'zip_size_conflict',
    'another checksum in the local header',
    (z) => z.file('b', 'x', { local: { checksum: 1 } }),
    'b',
  ),
  trick(
    'zip_size_conflict',
    'numbers in the local header that a descriptor corrects',
    (z) => z.file('b', 'x', { descriptor: true, local: { sizeBytes: 900 } }),
    'b',
  ),
  trick(
    'zip_header_conflict',
    'another method in the local header',
    (z) => z.file('b', 'x', { local: { method: 0 } }),
    'b',
  ),
  trick(
    'zip_header_conflict',
    'other flags in the local header',
    (z) => z.file('b', 'x', { local: { flags: 0x800 } }),
    'b',
  ),
  trick('zip_extra_invalid', 'an extra field that is too long', (z) => z.file('b', 'x', { extra: bytes(9, 9, 9, 9) })),
  trick('zip_extra_invalid', 'half an extra field', (z) => z.file('b', 'x', { local: { extra: bytes(1) } })),
  trick('zip_extra_invalid', 'two zip64 fields', (z) =>
    z.file('b', 'x', { central: { extra: concat(zip64Field(), zip64Field()) } }),
  ),
  trick('zip_extra_invalid', 'a second name without its checksum', (z) =>
    z.file('b', 'x', { extra: extraField(0x7075, bytes(1)) }),
  ),
  trick('zip_zip64_invalid', 'a size that is elsewhere, and nowhere', (z) =>
    z.file('b', 'x', { sizeBytes: elsewhere }),
  ),
  trick('zip_zip64_invalid', 'other sizes in a field that nothing points to', (z) =>
    z.file('b', 'x', { local: { extra: zip64Field(900, 900) } }),
  ),
  trick('zip_zip64_invalid', 'a zip64 field with a number too many', (z) =>
    z.file('b', 'x', { central: { sizeBytes: elsewhere, extra: zip64Field(1, 3) } }),
  ),
]

const entries: readonly HostileArchive[] = [
  trick('zip_encrypted', 'a password', (z) => z.file('b', 'x', { flags: 1 }), 'b'),
  trick('zip_encrypted', 'strong encryption', (z) => z.file('b', 'x', { flags: 0x41 }), 'b'),
  trick('zip_flag_unknown', 'patched data', (z) => z.file('b', 'x', { flags: 0x20 }), 'b'),
  trick('zip_method_unknown', 'LZMA', (z) => z.file('b', 'x', { method: 14 }), 'b'),
  trick('zip_method_unknown', 'deflate64', (z) => z.file('b', 'x', { method: 9 }), 'b'),
  trick(
    'archive_invalid_utf8',
    'a name that is not UTF-8',
    (z) => z.file(bytes(0x62, 0xff), 'x', { flags: 0x800 }),
    'b%ff',
  ),
  trick('zip_kind_conflict', 'a folder with content', (z) => z.file('b/', 'x', { mode: 0 }), 'b'),
  trick('zip_kind_conflict', 'a folder by its mode', (z) => z.file('b', '', { mode: 0o040755 }), 'b'),
  trick('zip_kind_conflict', 'a file by its mode', (z) => z.directory('b/', { mode: 0o100644 }), 'b'),
  trick('zip_kind_conflict', 'a folder to MS-DOS', (z) => z.file('b', '', { dosAttributes: 0x10 }), 'b'),
  trick('archive_device', 'a device', (z) => z.file('b', '', { mode: 0o020666 }), 'b'),
  trick('archive_fifo', 'a named pipe', (z) => z.file('b', '', { mode: 0o010666 }), 'b'),
]

const contents: readonly HostileArchive[] = [
  trick('zip_checksum_mismatch', 'a wrong checksum', (z) => z.file('b', 'x', { checksum: 1 }), 'b'),
  trick('zip_checksum_mismatch', 'a wrong checksum, stored', (z) => z.file('b', 'x', { checksum: 1, method: 0 }), 'b'),
  trick('zip_size_mismatch', 'more content than announced', (z) => z.file('b', zeros, { sizeBytes: 10 }), 'b'),
  trick('zip_size_mismatch', 'less content than announced', (z) => z.file('b', zeros, { sizeBytes: 5001 }), 'b'),
  trick(
    'zip_size_mismatch',
    'more stored bytes than announced',
    (z) => z.file('b', 'xyz', { method: 0, sizeBytes: 1 }),
    'b',
  ),
  trick('zip_size_mismatch', 'bytes behind the compressed data', (z) =>
    z.file('b', 'x', { data: concat(bytes(0x4b, 0x04, 0x00), bytes(1, 2)), checksum: 0x8cdc1683 }),
  ),
  trick('zip_data_invalid', 'damaged data', (z) => z.file('b', 'x', { data: bytes(0xff, 0xff, 0xff) })),
  trick('zip_data_invalid', 'data that ends early', (z) => z.file('b', 'x', { data: bytes(0x4b) })),
  trick('zip_descriptor_invalid', 'a descriptor with another size', (z) =>
    z.file('b', 'x', { descriptor: bytes(0x50, 0x4b, 7, 8, 0x83, 0x16, 0xdc, 0x8c, 3, 0, 0, 0, 9, 0, 0, 0) }),
  ),
  trick('zip_descriptor_invalid', 'a descriptor without its mark', (z) =>
    z
      .file('b', 'x', { descriptor: bytes(0x83, 0x16, 0xdc, 0x8c, 3, 0, 0, 0, 1, 0, 0, 0) })
      .file('c', zeros, { method: 0 }),
  ),
  trick('zip_descriptor_invalid', 'a descriptor of zip64 where none belongs', (z) =>
    z.file('b', 'x', {
      descriptor: concat(
        bytes(0x50, 0x4b, 7, 8, 0x83, 0x16, 0xdc, 0x8c, 3),
        zeros.subarray(0, 7),
        bytes(1),
        zeros.subarray(0, 7),
      ),
    }),
  ),
  raw('archive_ratio_too_high', 'a bomb', zip().file('b', new Uint8Array(12_000_000)).zip()),
  raw('archive_ratio_too_high', 'a bomb by what it says', zip().file('b', 'x', { sizeBytes: 20_000_000 }).zip()),
  raw('archive_unpacked_too_large', 'more than the limit', zip().file('b', zeros).zip(), { unpackedBytes: 4999 }),
  raw('archive_too_many_entries', 'more entries than the limit', good().file('b').file('c').zip(), { entries: 2 }),
  raw('archive_too_many_entries', 'more folders than the limit', zip().file('a/b/c/d').zip(), { entries: 3 }),
]

const names: readonly HostileArchive[] = [
  trick('archive_absolute_path', 'an absolute path', (z) => z.file('/etc/passwd', 'x'), '/etc/passwd'),
  trick('archive_absolute_path', 'the root', (z) => z.directory('/'), '/'),
  trick('archive_parent_path', 'a path that climbs', (z) => z.file('../../b', 'x'), '../../b'),
  trick('archive_parent_path', 'a path that climbs behind a dot', (z) => z.file('./../b', 'x'), '../b'),
  trick('archive_backslash', 'a backslash', (z) => z.file('..\\b', 'x'), '..\\b'),
  trick('archive_drive_letter', 'a drive letter', (z) => z.file('C:/b', 'x'), 'C:/b'),
  trick('archive_nul_in_path', 'a NUL', (z) => z.file('b\0.txt', 'x'), 'b\\u{00}.txt'),
  trick('archive_control_character', 'a line end', (z) => z.file('b\n', 'x'), 'b\\u{0a}'),
  trick('archive_empty_segment', 'a doubled slash', (z) => z.file('b//c', 'x'), 'b//c'),
  trick('archive_path_empty', 'no name', (z) => z.file('', 'x')),
  trick('archive_path_too_deep', 'many folders', (z) => z.file(`${'d/'.repeat(65)}x`, 'x')),
  trick('archive_segment_too_long', 'a name of 256 bytes', (z) => z.file('x'.repeat(256), 'x')),
  trick('archive_path_too_long', 'a path of 60 KB', (z) => z.file('x/'.repeat(30_000), '')),
  trick('archive_duplicate_path', 'a name twice', (z) => z.file('b', 'x').file('b', 'y'), 'b'),
  trick('archive_duplicate_path', 'a name twice with the same content', (z) => z.file('a.txt', 'good'), 'a.txt'),
  trick('archive_duplicate_path', 'a link over a file', (z) => z.file('b', 'x').symlink('b', 'a.txt'), 'b'),
  trick('archive_duplicate_path', 'a file over a link', (z) => z.symlink('b', 'a.txt').file('b', 'x'), 'b'),
  trick('archive_case_collision', 'a link that differs in case', (z) => z.symlink('A.txt', 'x'), 'A.txt'),
  trick('archive_unicode_collision', 'two Unicode forms', (z) => z.file('\u00e9', 'x').file('e\u0301', 'y'), 'e\u0301'),
  trick('archive_file_as_directory', 'a file as a folder', (z) => z.file('a.txt/b', 'x'), 'a.txt/b'),
  trick('archive_file_as_directory', 'a file under a link', (z) => z.symlink('b', '.').file('b/c', 'x'), 'b/c'),
]

const linkTargets = [
  '/etc/passwd',
  '..',
  '../b',
  'c/../../b',
  'c/..',
  'C:\\b',
  'b\\..',
  '',
  'b\0',
  `b/${'c'.repeat(2000)}`,
]
const links: readonly HostileArchive[] = linkTargets.map((target) =>
  trick('archive_link_escapes', `a link to ${JSON.stringify(target.slice(0, 20))}`, (z) => z.symlink('b', target), 'b'),
)

export const hostileZips: readonly HostileArchive[] = [
  ...ends,
  ...places,
  ...headers,
  ...entries,
  ...contents,
  ...names,
  ...links,
]
