import { paxRecord } from '../../../builders/tarball.ts'
import { gnu, type HostileArchive, trick } from './hostile-archive.ts'

const decompose = (text: string) => text.normalize('NFD')

const paths: readonly HostileArchive[] = [
  trick('archive_absolute_path', 'an absolute path', (t) => t.file('/etc/passwd', 'x'), '/etc/passwd'),
  trick(
    'archive_absolute_path',
    'an absolute path in pax',
    (t) => t.pax({ path: '/etc/passwd' }).file('/etc/passwd'),
    '/etc/passwd',
  ),
  trick(
    'archive_parent_path',
    'a path that climbs',
    (t) => t.file('package/../../.bashrc', 'x'),
    'package/../../.bashrc',
  ),
  trick('archive_parent_path', 'a path that climbs on Windows', (t) => t.file('package/.. /x.js'), 'package/.. /x.js'),
  trick(
    'archive_windows_stream',
    'the content of another file on NTFS',
    (t) => t.file('package/package.json::$DATA', 'x'),
    'package/package.json::$DATA',
  ),
  trick('archive_parent_path', 'a path that climbs at its end', (t) => t.directory('package/..'), 'package/..'),
  trick(
    'archive_parent_path',
    'a symbolic link whose name climbs',
    (t) => t.symlink('package/../a', 'b'),
    'package/../a',
  ),
  trick('archive_dot_segment', 'a leading dot segment', (t) => t.file('./package/x.js'), './package/x.js'),
  trick('archive_dot_segment', 'a dot at the end', (t) => t.file('package/x/.'), 'package/x/.'),
  trick(
    'archive_duplicate_path',
    'one path with and without a dot inside',
    (t) => t.file('package/././package.json', 'other'),
    'package/package.json',
  ),
  trick('archive_empty_segment', 'a doubled slash', (t) => t.file('package//x.js'), 'package//x.js'),
  trick('archive_backslash', 'a backslash', (t) => t.file('package\\..\\..\\x.js'), 'package\\..\\..\\x.js'),
  trick('archive_drive_letter', 'a drive letter', (t) => t.file('C:/windows/x.dll'), 'C:/windows/x.dll'),
  trick(
    'archive_drive_letter',
    'a drive letter behind the top folder',
    (t) => t.file('package/c:x.js'),
    'package/c:x.js',
  ),
  trick(
    'archive_control_character',
    'an escape sequence',
    (t) => t.file('package/\x1b[2Jx.js'),
    'package/\\u{1b}[2Jx.js',
  ),
  trick('archive_control_character', 'a line end', (t) => t.file('package/a\nb'), 'package/a\\u{0a}b'),
  trick(
    'archive_nul_in_path',
    'a NUL in a pax path',
    (t) => t.pax({ path: 'package/x.js\0.txt' }).rawHeader({ name: 'package/x.js.txt' }),
    'package/x.js\\u{00}.txt',
  ),
  trick(
    'archive_invalid_utf8',
    'a name that is not UTF-8',
    (t) => t.rawHeader({ name: new Uint8Array([...Buffer.from('package/'), 0xff, 0xfe]) }),
    'package/%ff%fe',
  ),
  trick(
    'archive_invalid_utf8',
    'a pax path that is not UTF-8',
    (t) =>
      t
        .rawPax(paxRecord('path', new Uint8Array([...Buffer.from('package/'), 0xc0, 0x80])))
        .rawHeader({ name: 'package/' }),
    'package/%c0%80',
  ),
  trick(
    'archive_path_too_long',
    'a path over the limit',
    (t) => t.file(`package/${'d/'.repeat(30)}${'x'.repeat(200)}.js`),
    `package/${'d/'.repeat(30)}${'x'.repeat(131)}…`,
    { limits: { pathBytes: 250 } },
  ),
  trick(
    'archive_segment_too_long',
    'a name of 256 bytes',
    (t) => t.file(`package/${'x'.repeat(256)}`),
    `package/${'x'.repeat(191)}…`,
  ),
  trick(
    'archive_path_too_deep',
    'a path of many folders',
    (t) => t.file(`package/${'d/'.repeat(65)}x`),
    `package/${'d/'.repeat(65)}x`,
  ),
  trick('archive_path_empty', 'an entry without a name', (t) => t.rawHeader({ name: '' })),
  trick('archive_outside_top_folder', 'a file beside the folder', (t) => t.file('index.js'), 'index.js'),
]

const collisions: readonly HostileArchive[] = [
  trick(
    'archive_duplicate_path',
    'a file twice',
    (t) => t.file('package/a.js', '1').file('package/a.js', '2'),
    'package/a.js',
  ),
  trick(
    'archive_duplicate_path',
    'a second package.json',
    (t) => t.file('package/package.json', '{"x":1}'),
    'package/package.json',
  ),
  trick(
    'archive_duplicate_path',
    'a file twice once the top folder is dropped',
    (t) => t.file('other/package.json', '2'),
    'other/package.json',
  ),
  trick(
    'archive_duplicate_path',
    'a file twice, hidden by a look-alike',
    (t) => t.file('package/\ufb01.js').file('package/fi.js').file('package/fi.js', 'other'),
    'package/fi.js',
  ),
  trick(
    'archive_case_collision',
    'names that differ in case',
    (t) => t.file('package/Package.JSON'),
    'package/Package.JSON',
  ),
  trick(
    'archive_case_collision',
    'folders that differ in case and hold the same',
    (t) => t.file('package/Lib/a.js').file('package/lib/a.js'),
    'package/lib/a.js',
  ),
  trick(
    'archive_case_collision',
    'letters outside of ASCII that differ in case',
    (t) => t.file('package/ΣΊΣΥΦΟΣ-ß').file('package/σίσυφος-ẞ'),
    'package/σίσυφος-ẞ',
  ),
  trick(
    'archive_unicode_collision',
    'composed and decomposed letters',
    (t) => t.file('package/caf\u00e9.js').file(decompose('package/caf\u00e9.js')),
    decompose('package/caf\u00e9.js'),
  ),
  trick(
    'archive_file_as_directory',
    'a file used as a folder',
    (t) => t.file('package/a').file('package/a/b'),
    'package/a/b',
  ),
  trick(
    'archive_file_as_directory',
    'a folder used as a file',
    (t) => t.file('package/a/b').file('package/A'),
    'package/A',
  ),
]

const kinds: readonly HostileArchive[] = [
  trick('archive_symlink', 'a symbolic link', (t) => t.symlink('package/a', '/etc/passwd'), 'package/a'),
  trick('archive_hardlink', 'a hard link', (t) => t.hardlink('package/a', 'package/package.json'), 'package/a'),
  trick('archive_device', 'a character device', (t) => t.device('package/null'), 'package/null'),
  trick('archive_device', 'a block device', (t) => t.device('package/sda', 'block'), 'package/sda'),
  trick('archive_fifo', 'a named pipe', (t) => t.fifo('package/pipe'), 'package/pipe'),
  trick(
    'archive_sparse',
    'an old GNU sparse file',
    (t) => t.rawHeader({ name: 'package/s', type: 'S', magic: gnu }),
    'package/s',
  ),
  trick(
    'archive_sparse',
    'a sparse file in pax',
    (t) => t.pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'package/other' }).file('package/s'),
    'package/s',
  ),
  trick('archive_unknown_type', 'a contiguous file', (t) => t.file('package/c', 'x', { type: '7' }), 'package/c'),
  trick(
    'archive_unknown_type',
    'a Solaris extended header',
    (t) => t.rawHeader({ name: 'package/X', type: 'X', content: paxRecord('path', 'package/y') }),
    'package/X',
  ),
  trick(
    'tar_link_unexpected',
    'a link target on a file',
    (t) => t.file('package/f', 'x', { linkName: 'package/g' }),
    'package/f',
  ),
]

export const hostileEntries: readonly HostileArchive[] = [...paths, ...collisions, ...kinds]
