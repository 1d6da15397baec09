import type { ArchiveCodeDoc } from './code-doc.ts'

const packAgain = 'Pack it again with an unmodified tool, such as `zip`, and do not change the file afterwards.'
const plainly = 'Pack it again into one plain zip file: no password, compressed with deflate or not at all.'

/**
 * What can be wrong with a zip file. It says everything twice, before each entry and in a directory at the end, and
 * readers go by the one or by the other.
 */
export const zipCodes = {
  // The file as a whole
  zip_end_missing: {
    title: 'The zip file has no end',
    why: 'It is no zip file, or the upload or the tool that made it stopped before its end.',
    hint: packAgain,
  },
  zip_several_ends: {
    title: 'The zip file has more than one end',
    why: 'Readers that take the first and readers that take the last would unpack different files.',
    hint: packAgain,
  },
  zip_trailing_data: {
    title: 'Something follows the end of the zip file',
    why: 'Some readers find the end all the same, others do not; a second zip file can hide there.',
    hint: packAgain,
  },
  zip_leading_data: {
    title: 'Something stands before the first entry of the zip file',
    why: 'Readers that stream would see it, as would whoever starts the file as a program.',
    hint: packAgain,
  },
  zip_hidden_data: {
    title: 'Bytes of the zip file belong to no entry',
    why: 'Readers that stream would take them for an entry that all others do not know.',
    hint: packAgain,
  },
  zip_entries_overlap: {
    title: 'Entries of the zip file share their bytes',
    why: 'A small file could unpack to a huge one, and readers would see different contents.',
    hint: packAgain,
  },
  zip_split: { title: 'The zip file is one of a set', why: 'It cannot be unpacked on its own.', hint: plainly },
  zip_zip64_invalid: {
    title: 'The zip64 records do not fit the others',
    why: 'Readers that know zip64 would see other sizes or places than those that do not.',
    hint: packAgain,
  },
  zip_directory_invalid: {
    title: 'The central directory of the zip file cannot be read',
    why: 'Its place, its length and the number of its entries must be what the end record says.',
    hint: packAgain,
  },
  zip_truncated: {
    title: 'The zip file ends in the middle of an entry',
    why: 'A part of the package is missing.',
    hint: packAgain,
  },

  // One entry
  zip_header_invalid: {
    title: 'An entry has no header',
    why: 'What the central directory points to is something else.',
    hint: packAgain,
  },
  zip_header_conflict: {
    title: 'Two headers describe one entry differently',
    why: 'Its method or flags depend on which of the two a reader uses.',
    hint: packAgain,
  },
  zip_name_conflict: {
    title: 'Two headers name one entry differently',
    why: 'Its name depends on which of the two a reader uses: a known way to smuggle a file past a check.',
    hint: packAgain,
  },
  zip_size_conflict: {
    title: 'Two headers give one entry different sizes or checksums',
    why: 'Readers that stream would find different files in what follows.',
    hint: packAgain,
  },
  zip_kind_conflict: {
    title: 'An entry is a file to some readers and a folder to others',
    why: 'Some go by the "/" at the end of the name, others by the attributes.',
    hint: packAgain,
  },
  zip_name_encoding: {
    title: 'A name does not say how its letters are written',
    why: 'Without the mark for UTF-8, which `zip` on Linux leaves out, some readers show letters of an old code page instead.',
    hint: 'Pack it again with a tool that marks names as UTF-8, or use ASCII names.',
  },
  zip_extra_invalid: {
    title: 'An extra field cannot be read',
    why: 'Some readers skip such a field, others stop.',
    hint: packAgain,
  },
  zip_encrypted: {
    title: 'An entry is encrypted',
    why: 'Nobody can look at what is in it, this registry included.',
    hint: plainly,
  },
  zip_flag_unknown: {
    title: 'An entry needs a feature that few readers know',
    why: 'They would unpack something else, or nothing.',
    hint: plainly,
  },
  zip_method_unknown: {
    title: 'An entry is compressed in a way that few readers know',
    why: 'All know deflate; other methods cannot be unpacked everywhere.',
    hint: plainly,
  },
  zip_descriptor_invalid: {
    title: 'The numbers behind a content are missing or wrong',
    why: 'Readers that stream rely on them, others do not look.',
    hint: packAgain,
  },
  zip_data_invalid: { title: 'Compressed data is damaged', why: 'Nobody can decompress it.', hint: packAgain },
  zip_size_mismatch: {
    title: 'A content is not as long as its headers say',
    why: 'Some readers cut it, some go on into the next entry.',
    hint: packAgain,
  },
  zip_checksum_mismatch: {
    title: 'The checksum of a content does not match',
    why: 'Some readers verify it and refuse the file, others do not look; the content is not what was packed.',
    hint: packAgain,
  },
} as const satisfies Record<string, ArchiveCodeDoc>
