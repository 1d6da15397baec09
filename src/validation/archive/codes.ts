import type { ArchiveCodeDoc } from './code-doc.ts'
import { xzCodes } from './xz-codes.ts'
import { zipCodes } from './zip-codes.ts'
import { zstdCodes } from './zstd-codes.ts'

const packAgain =
  'Pack it again with an unmodified tool, such as `npm pack` or `tar`, and do not change the file afterwards.'
const leaveOut = 'Leave out what is not needed to use the package (see `npm pack --dry-run`), or split it.'
const rename = 'Rename the file or folder, or leave it out.'

/**
 * Everything that the archive walkers can find. The reader of an archive is somebody else's library, and libraries
 * differ: whatever two of them would unpack differently is refused, however harmless each reading looks.
 */
export const archiveCodes = {
  // The compressed file
  gzip_header_invalid: {
    title: 'The file is not gzip',
    why: 'The file must be one gzip member as RFC 1952 describes it, made with deflate and without reserved flags.',
    hint: packAgain,
  },
  gzip_truncated: {
    title: 'The gzip file ends early',
    why: 'The upload or the tool that made the file stopped before its end, so a part of the package is missing.',
    hint: packAgain,
  },
  gzip_data_invalid: {
    title: 'The compressed data is damaged',
    why: 'It cannot be decompressed by anybody.',
    hint: packAgain,
  },
  gzip_checksum_mismatch: {
    title: 'The gzip checksum does not match',
    why: 'Some readers verify it and refuse the file, others do not look; the contents are not what was compressed.',
    hint: packAgain,
  },
  gzip_size_mismatch: {
    title: 'The gzip length does not match',
    why: 'The recorded length differs from what was unpacked: some readers refuse the file, others do not look.',
    hint: packAgain,
  },
  gzip_several_members: {
    title: 'The file holds more than one gzip member',
    why: 'Some readers of npm packages stop after the first member and others go on, so they would install different files. Elsewhere thousands are allowed.',
    hint: packAgain,
  },
  gzip_trailing_data: {
    title: 'Something follows the gzip data',
    why: 'Readers ignore it, refuse it or read it as more data; nothing that belongs to a package is there.',
    hint: packAgain,
  },
  gzip_trailing_zeros: {
    title: 'Zeros follow the gzip data',
    why: 'The tars of old filled the file up to a full record; all readers ignore it.',
    hint: packAgain,
  },

  archive_kind_differs: {
    title: 'The file is of another kind than its name says',
    why: 'Readers go by the name, or by the first bytes, and would do different things with the file.',
    hint: 'Give the file the ending of what it is.',
  },
  archive_kind_unknown: {
    title: 'The file is no archive that can be opened here',
    why: 'It was announced as an archive, so what is in it is to be checked.',
    hint: 'Send a .zip, .tar, .tar.gz, .tgz, .tar.zst or .tar.xz, or announce it as opaque.',
  },

  // Limits
  archive_unpacked_too_large: {
    title: 'The archive unpacks to too much',
    why: 'It would fill the disk of whoever installs it.',
    hint: leaveOut,
  },
  archive_ratio_too_high: {
    title: 'The archive is a decompression bomb',
    why: 'It unpacks to far more than its own size, which real packages do not.',
    hint: leaveOut,
  },
  archive_too_many_entries: {
    title: 'The archive has too many files and folders',
    why: 'Each costs everybody who installs the package time and space.',
    hint: leaveOut,
  },
  archive_metadata_too_large: {
    title: 'A header is too large',
    why: 'Extended headers hold names and times; some readers skip a large one and then see other names.',
    hint: packAgain,
  },
  archive_path_too_long: { title: 'A path is too long', why: 'It cannot be unpacked on common systems.', hint: rename },
  archive_segment_too_long: {
    title: 'A file or folder name is too long',
    why: 'Common file systems allow 255 bytes for one name.',
    hint: rename,
  },
  archive_path_too_deep: { title: 'A path is too deep', why: 'It cannot be unpacked on common systems.', hint: rename },

  // Paths
  archive_path_empty: {
    title: 'An entry has no name',
    why: 'Readers skip it or fail; it cannot be unpacked.',
    hint: packAgain,
  },
  archive_absolute_path: {
    title: 'A path is absolute',
    why: 'It could be written anywhere on the disk of whoever installs it.',
    hint: packAgain,
  },
  archive_parent_path: {
    title: 'A path goes up with ".."',
    why: 'It could be written outside the folder of the package.',
    hint: packAgain,
  },
  archive_dot_segment: {
    title: 'A path begins or ends with a "." segment',
    why: 'Installers drop the first segment of every path, and differ on whether "." is one.',
    hint: packAgain,
  },
  archive_inner_dot_segment: {
    title: 'A path has a "." segment inside',
    why: 'All readers leave it out; some packing tools write it where `files` of package.json begins with "./".',
    hint: packAgain,
  },
  archive_empty_segment: {
    title: 'A path has an empty segment',
    why: 'Installers differ on what "//" means.',
    hint: packAgain,
  },
  archive_backslash: {
    title: 'A path has a backslash',
    why: 'It is a letter on one system and a separator on another.',
    hint: rename,
  },
  archive_drive_letter: {
    title: 'A path names a drive',
    why: 'On Windows it could be written anywhere on the disk.',
    hint: rename,
  },
  archive_nul_in_path: {
    title: 'A path has a NUL',
    why: 'Some readers cut the name there, others do not.',
    hint: rename,
  },
  archive_control_character: {
    title: 'A path has a control character',
    why: 'It hides or changes what a terminal shows, and many systems refuse it.',
    hint: rename,
  },
  archive_invisible_character: {
    title: 'A path has an invisible character',
    why: 'Zero-width and direction characters make a path look like another one.',
    hint: rename,
  },
  archive_invalid_utf8: {
    title: 'A path is not UTF-8',
    why: 'Readers replace the bytes differently and get different names.',
    hint: rename,
  },
  archive_windows_stream: {
    title: 'A path that is the content of another file on Windows',
    why: 'NTFS takes `a.txt::$DATA` for `a.txt`: there, it would overwrite what was checked.',
    hint: rename,
  },
  archive_windows_name: {
    title: 'A path cannot be used on Windows',
    why: 'Reserved device names, ":" and the like, and a dot or space at the end cannot be unpacked there as they are.',
    hint: rename,
  },
  archive_outside_top_folder: {
    title: 'A file is not inside a folder',
    why: 'Installers drop the first segment of every path: one of them drops this file, another keeps it.',
    hint: 'Put everything into one folder; npm calls it `package`.',
  },
  archive_several_top_folders: {
    title: 'The archive has several top folders',
    why: 'Installers drop the first segment of every path and so merge these folders.',
    hint: 'Put everything into one folder; npm calls it `package`.',
  },
  archive_duplicate_path: {
    title: 'A path occurs twice, with different content',
    why: 'Which of the two files is installed depends on the reader.',
    hint: packAgain,
  },
  archive_repeated_file: {
    title: 'A file stands twice in the archive, with the same bytes',
    why: 'Some packing tools write the entry point of a package twice; the result is the same for all readers.',
    hint: packAgain,
  },
  archive_case_collision: {
    title: 'Two paths differ only in case',
    why: 'On macOS and Windows one of the two files overwrites the other.',
    hint: 'Rename one of the two, or remove it.',
  },
  archive_case_twins: {
    title: 'Two files of a generic archive differ only in case',
    why: 'On Linux both are there; on macOS and Windows one of the two overwrites the other.',
    hint: 'Rename one of the two when it is to be unpacked there.',
  },
  archive_unicode_collision: {
    title: 'Two paths are the same text in different Unicode forms',
    why: 'On macOS one of the two files overwrites the other.',
    hint: 'Rename one of the two, or remove it.',
  },
  archive_compatibility_collision: {
    title: 'Two paths look the same',
    why: 'They differ only in compatibility characters, such as a ligature and its letters.',
    hint: 'Rename one of the two unless both are meant.',
  },
  archive_file_as_directory: {
    title: 'A file is also used as a folder',
    why: 'Only one of the two can be unpacked; which one depends on the reader and the order.',
    hint: 'Rename the file or the folder.',
  },

  // Kinds of entries
  archive_symlink: {
    title: 'A symbolic link',
    why: 'It can point outside the package; installers skip or follow it.',
    hint: 'Replace the link by a copy of what it points to, or leave it out.',
  },
  archive_hardlink: {
    title: 'A hard link',
    why: 'It can name a file outside the package; npm skips it, so the file is missing.',
    hint: 'Replace the link by a copy of the file: hard links come from build tools that save space.',
  },
  archive_link_escapes: {
    title: 'A symbolic link that can lead out of the archive',
    why: 'Whoever unpacks the archive and follows it reads or overwrites a file that is not theirs to touch.',
    hint: 'Let it point to something in the archive, with ".." at the beginning only, or replace it by a copy.',
  },
  archive_link_unknown: {
    title: 'A hard link to something that is no file before it',
    why: 'It could name a file outside the archive, and cannot be unpacked from the archive alone.',
    hint: packAgain,
  },
  archive_device: {
    title: 'A device',
    why: 'A package has no use for one, and unpacking it needs privileges.',
    hint: 'Leave it out.',
  },
  archive_fifo: {
    title: 'A named pipe',
    why: 'A package has no use for one; whoever reads it hangs.',
    hint: 'Leave it out.',
  },
  archive_sparse: {
    title: 'A sparse file',
    why: 'Few readers know the format; the others unpack something else.',
    hint: 'Pack again without the sparse option (GNU tar: without `-S`; bsdtar: with `--no-read-sparse`).',
  },
  archive_unknown_type: {
    title: 'An entry of an unknown type',
    why: 'Some readers unpack it as a file, others skip it.',
    hint: packAgain,
  },
  archive_setuid: {
    title: 'A setuid or setgid bit',
    why: 'Installers remove it; a package has no use for one.',
    hint: 'Remove the bit: `chmod ug-s <file>`.',
  },

  // The tar format
  tar_truncated: { title: 'The tar archive ends early', why: 'A part of the package is missing.', hint: packAgain },
  tar_end_missing: {
    title: 'The tar archive has no end marker',
    why: 'Without it nobody can tell a whole archive from one that was cut between two files.',
    hint: packAgain,
  },
  tar_end_short: {
    title: 'The end marker of the tar archive is half as long as it should be',
    why: 'Readers accept one zero block, but warn about it.',
    hint: packAgain,
  },
  tar_data_after_end: {
    title: 'Something follows the end marker of the tar archive',
    why: 'Some readers stop at the marker and others go on, so they would install different files.',
    hint: packAgain,
  },
  tar_padding_too_long: {
    title: 'Too many zeros follow the tar archive',
    why: 'They only cost time.',
    hint: packAgain,
  },
  tar_header_unknown: {
    title: 'A tar header of an unknown kind',
    why: 'Headers must be POSIX (ustar, pax) or GNU; readers differ on all others.',
    hint: packAgain,
  },
  tar_checksum_mismatch: {
    title: 'The checksum of a tar header does not match',
    why: 'Some readers skip the entry, some stop, some do not look.',
    hint: packAgain,
  },
  tar_checksum_signed: {
    title: 'The checksum of a tar header is of a historic kind',
    why: 'A few writers summed signed bytes; npm skips such an entry, others unpack it.',
    hint: packAgain,
  },
  tar_number_invalid: {
    title: 'A number in a tar header cannot be read',
    why: 'Readers make different numbers of it, and so find different files.',
    hint: packAgain,
  },
  tar_field_ambiguous: {
    title: 'A text in a tar header can be read in two ways',
    why: 'It goes on after its end, or stands where another kind of header has something else.',
    hint: packAgain,
  },
  tar_pax_invalid: {
    title: 'An extended header is malformed',
    why: 'Some readers skip what they cannot read, others stop.',
    hint: packAgain,
  },
  tar_pax_ambiguous: {
    title: 'An extended header can be read in two ways',
    why: 'It says a thing twice, or hides a second record in the text of another.',
    hint: packAgain,
  },
  tar_pax_global_override: {
    title: 'A global header sets a name or a size',
    why: 'It would hold for all files; some readers ignore it.',
    hint: packAgain,
  },
  tar_header_orphaned: {
    title: 'An extended header that belongs to no file',
    why: 'It stands at the end, or before another one; readers differ on what it applies to.',
    hint: packAgain,
  },
  tar_path_conflict: {
    title: 'Two headers name one entry differently',
    why: 'Readers that know extended headers would unpack another name than those that do not.',
    hint: packAgain,
  },
  tar_size_conflict: {
    title: 'Two readers would see different sizes of one entry',
    why: 'They then find different files in what follows: a known way to smuggle a file past a check.',
    hint: packAgain,
  },
  tar_link_unexpected: {
    title: 'A link target on something that is no link',
    why: 'npm leaves out such a file, others unpack it.',
    hint: packAgain,
  },

  ...zstdCodes,
  ...xzCodes,
  ...zipCodes,
} as const satisfies Record<string, ArchiveCodeDoc>

export type ArchiveCode = keyof typeof archiveCodes
