import { concat, gzipMember } from '../../../builders/gzip.ts'
import { base256, paxRecord, tarball } from '../../../builders/tarball.ts'
import { gnu, good, type HostileArchive, raw, trick } from './hostile-archive.ts'

const readers: readonly HostileArchive[] = [
  trick(
    'tar_path_conflict',
    'a pax path over another name',
    (t) => t.pax({ path: 'package/evil.js' }).file('package/good.js'),
    'package/evil.js',
  ),
  trick(
    'tar_path_conflict',
    'a GNU name over another name',
    (t) => t.gnuLongName('package/evil.js').file('package/good.js'),
    'package/evil.js',
  ),
  trick(
    'tar_path_conflict',
    'a long path over a name that climbs',
    (t) => t.pax({ path: `package/${'a/'.repeat(60)}x` }).rawHeader({ name: '../a' }),
    `package/${'a/'.repeat(60)}x`,
  ),
  trick(
    'tar_path_conflict',
    'a long path over an absolute name',
    (t) => t.pax({ path: `package/é/${'a/'.repeat(60)}x` }).rawHeader({ name: '/etc/passwd' }),
    `package/é/${'a/'.repeat(60)}x`,
  ),
  trick(
    'tar_path_conflict',
    'GNU and pax names that differ',
    (t) =>
      t
        .gnuLongName(`package/${'a'.repeat(120)}`)
        .pax({ path: `package/${'a'.repeat(121)}` })
        .rawHeader({ name: `package/${'a'.repeat(92)}` }),
    `package/${'a'.repeat(121)}`,
  ),
  trick(
    'tar_size_conflict',
    'a pax size over another size',
    (t) => t.pax({ size: '0' }).file('package/a', 'x'.repeat(512)),
    'package/a',
  ),
  trick('tar_size_conflict', 'a pax size before a long name', (t) =>
    t.pax({ size: '512' }).gnuLongName('package/a').file('package/a'),
  ),
  trick(
    'tar_size_conflict',
    'a folder with a size',
    (t) => t.rawHeader({ name: 'package/d/', type: '5', content: 'x' }),
    'package/d',
  ),
  trick(
    'tar_size_conflict',
    'a symbolic link with a size',
    (t) => t.rawHeader({ name: 'package/l', type: '2', linkName: 'x', content: 'x' }),
    'package/l',
  ),
  trick('tar_pax_global_override', 'a global path', (t) =>
    t.pax({ path: 'package/evil.js' }, 'global').file('package/a'),
  ),
  trick('tar_pax_global_override', 'a global size', (t) => t.pax({ size: '3' }, 'global').file('package/a')),
  trick(
    'tar_pax_ambiguous',
    'a path twice in one header',
    (t) => t.rawPax(concat(paxRecord('path', 'package/a'), paxRecord('path', 'package/b'))).file('package/b'),
    'package/b',
  ),
  trick(
    'tar_pax_ambiguous',
    'a record hidden in a comment',
    (t) =>
      t.rawPax(paxRecord('comment', concat(Buffer.from('x\n'), paxRecord('path', 'package/evil')))).file('package/a'),
    'package/a',
  ),
  trick(
    'tar_pax_ambiguous',
    'a record hidden behind a blank that ASCII lacks',
    (t) => t.rawPax(paxRecord('comment', 'x\n\u00a025path=package/evil.js')).file('package/a'),
    'package/a',
  ),
  trick(
    'tar_pax_ambiguous',
    'a record hidden behind a byte order mark',
    (t) => t.rawPax(paxRecord('comment', 'x\n\ufeff26path=package/evil.js')).file('package/a'),
    'package/a',
  ),
  trick('tar_pax_ambiguous', 'two extended headers for one file', (t) =>
    t.pax({ path: 'package/a' }).pax({ mtime: '1' }).file('package/a'),
  ),
  trick('tar_pax_ambiguous', 'two long names for one file', (t) =>
    t.gnuLongName('package/a').gnuLongName('package/b').file('package/b'),
  ),
  trick('tar_header_orphaned', 'an extended header at the end', (t) => t.pax({ path: 'package/a' })),
  trick('tar_header_orphaned', 'an extended header before a global one', (t) =>
    t.pax({ mtime: '1' }).pax({ comment: 'x' }, 'global').file('package/a'),
  ),
  trick('tar_pax_invalid', 'a record of a wrong length', (t) => t.rawPax('99 path=package/a\n').file('package/a')),
  trick('tar_pax_invalid', 'a record without a value', (t) => t.rawPax('10 nothing\n').file('package/a')),
  trick('tar_pax_invalid', 'a path for GNU tar, which stops at a NUL', (t) =>
    t.rawPax(paxRecord('path\0', 'package/evil.js')).file('package/a'),
  ),
  trick('tar_pax_invalid', 'a path for GNU tar, which passes over a blank', (t) =>
    t.rawPax(paxRecord(' path', 'package/evil.js')).file('package/a'),
  ),
  trick('tar_pax_invalid', 'a record with an empty path', (t) => t.pax({ path: '' }).file('package/a')),
  trick('tar_number_invalid', 'a pax size that is no number', (t) => t.pax({ size: '-1' }).file('package/a')),
  trick('tar_number_invalid', 'a size with other digits', (t) => t.file('package/a', 'x', { size: '00000000 1z' })),
  trick('tar_number_invalid', 'a file with a blank size', (t) => t.file('package/a', '', { size: '' }), 'package/a'),
  trick(
    'tar_number_invalid',
    'a small size in binary',
    (t) => t.file('package/a', 'x', { size: base256(1) }),
    'package/a',
  ),
  trick('tar_number_invalid', 'a negative size', (t) =>
    t.file('package/a', 'x', { size: new Uint8Array(12).fill(0xff) }),
  ),
  trick(
    'tar_number_invalid',
    'a mode that is no number',
    (t) => t.file('package/a', 'x', { mode: 'rwxrwx' }),
    'package/a',
  ),
  trick(
    'tar_field_ambiguous',
    'a name that goes on behind its end',
    (t) => t.rawHeader({ name: 'package/a\0\n.js' }),
    'package/a',
  ),
  trick(
    'tar_field_ambiguous',
    'a prefix in a GNU header',
    (t) => t.rawHeader({ name: 'a.js', prefix: 'package', magic: gnu }),
    'a.js',
  ),
  trick('tar_field_ambiguous', 'a long name that goes on behind its end', (t) =>
    t.rawHeader({ name: '././@LongLink', type: 'L', content: 'package/a\0b', magic: gnu }).file('package/a'),
  ),
  trick('tar_field_ambiguous', 'a file whose name ends like a folder', (t) => t.file('package/a/'), 'package/a'),
  trick('tar_header_unknown', 'a header of 1979', (t) => t.rawHeader({ name: 'package/a', magic: '' }), 'package/a'),
  trick('tar_checksum_mismatch', 'a wrong checksum', (t) => t.file('package/a', 'x', { checksum: 'wrong' })),
  trick('tar_checksum_mismatch', 'a checksum without an end', (t) =>
    t.file('package/a', 'x', { checksum: '00007777' }),
  ),
  trick(
    'tar_checksum_signed',
    'a sum of signed bytes',
    (t) => t.rawHeader({ name: 'package/é', checksum: 'signed' }),
    'package/é',
  ),
]

const ends: readonly HostileArchive[] = [
  raw('tar_end_missing', 'no end marker', good().gzip({ endBlocks: 0 })),
  raw('tar_data_after_end', 'an entry after the end marker', good().zeros(1024).file('package/evil.js', 'x').gzip()),
  raw('tar_data_after_end', 'an entry after half an end marker', good().zeros(512).file('package/evil.js', 'x').gzip()),
  raw('tar_padding_too_long', 'too many zeros at the end', good().zeros(4096).gzip(), undefined, {
    limits: { paddingBytes: 2048 },
  }),
  raw(
    'tar_truncated',
    'a file that is cut',
    gzipMember(good().file('package/a', 'x'.repeat(2000)).tar().subarray(0, 2048)),
    'package/a',
  ),
  raw(
    'tar_truncated',
    'padding that is cut',
    gzipMember(good().file('package/a', 'x').tar().subarray(0, 1600)),
    'package/a',
  ),
  raw('tar_truncated', 'a header that is cut', gzipMember(good().tar().subarray(0, 1100))),
  raw('tar_checksum_mismatch', 'something else than tar', gzipMember(Buffer.from('<html>'.repeat(200)))),
]

const gzips: readonly HostileArchive[] = [
  raw('gzip_truncated', 'an empty file', new Uint8Array(0)),
  raw('gzip_header_invalid', 'a tar that is not compressed', good().tar()),
  raw('gzip_header_invalid', 'a zip', concat(Buffer.from('PK\x03\x04\x14\0\0\0\0\0', 'latin1'), new Uint8Array(200))),
  raw('gzip_header_invalid', 'another method', good().gzip({ method: 7 })),
  raw('gzip_header_invalid', 'reserved flags', good().gzip({ flags: 0x20 })),
  raw('gzip_truncated', 'half of a file', good().gzip().subarray(0, 60)),
  raw('gzip_truncated', 'a file without its trailer', good().gzip().subarray(0, -3)),
  raw('gzip_data_invalid', 'damaged data', damaged(good().gzip(), 14)),
  raw('gzip_checksum_mismatch', 'a wrong checksum', good().gzip({ checksum: 1 })),
  raw('gzip_checksum_mismatch', 'a wrong header checksum', good().gzip({ headerChecksum: 1 })),
  raw('gzip_size_mismatch', 'a wrong length', good().gzip({ sizeBytes: 1 })),
  raw('gzip_several_members', 'two members', concat(good().gzip(), tarball().file('package/evil.js').gzip())),
  raw(
    'gzip_several_members',
    'an archive spread over two members',
    concat(good().gzip({ endBlocks: 0 }), gzipMember(new Uint8Array(1024))),
  ),
  raw('gzip_trailing_data', 'text behind the member', concat(good().gzip(), Buffer.from('x'))),
  raw('gzip_trailing_data', 'text behind zeros', concat(good().gzip(), new Uint8Array(512), Buffer.from('x'))),
  raw('gzip_trailing_data', 'a member behind zeros', concat(good().gzip(), new Uint8Array(512), good().gzip())),
  raw('gzip_trailing_data', 'too many zeros', concat(good().gzip(), new Uint8Array(4096)), undefined, {
    limits: { paddingBytes: 2048 },
  }),
  raw('archive_metadata_too_large', 'an endless gzip file name', good().gzip({ name: 'x'.repeat(2000) }), undefined, {
    limits: { metadataBytes: 1000 },
  }),
  raw(
    'archive_metadata_too_large',
    'a large gzip extra field',
    good().gzip({ extra: new Uint8Array(2000) }),
    undefined,
    { limits: { metadataBytes: 1000 } },
  ),
]

const bombs: readonly HostileArchive[] = [
  trick('archive_metadata_too_large', 'a large extended header', (t) =>
    t.pax({ comment: 'x'.repeat(300_000) }).file('package/a'),
  ),
  trick('archive_metadata_too_large', 'an extended header of many records', (t) =>
    t.rawPax('5 a=\n'.repeat(1001)).file('package/a'),
  ),
  trick('archive_ratio_too_high', 'a bomb', (t) => t.file('package/zeros', new Uint8Array(12_000_000))),
  trick(
    'archive_unpacked_too_large',
    'too much content',
    (t) => t.file('package/zeros', new Uint8Array(20_000)),
    undefined,
    { limits: { unpackedBytes: 10_000 } },
  ),
  trick(
    'archive_too_many_entries',
    'too many files',
    (t) => t.file('package/1').file('package/2').file('package/3'),
    undefined,
    { limits: { entries: 3 } },
  ),
  trick('archive_too_many_entries', 'too many implied folders', (t) => t.file('package/1/2/3/4/5'), undefined, {
    limits: { entries: 5 },
  }),
  trick(
    'archive_too_many_entries',
    'one folder again and again',
    (t) => t.directory('package/a').directory('package/a').directory('package/a'),
    undefined,
    { limits: { entries: 3 } },
  ),
]

export const hostileFiles: readonly HostileArchive[] = [...readers, ...ends, ...gzips, ...bombs]

function damaged(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  copy.fill(0xff, at, at + 8)
  return copy
}
