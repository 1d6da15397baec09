import type { ArchiveCodeDoc } from './code-doc.ts'

const packAgain = 'Compress it again with an unmodified tool, such as `xz`, and do not change the file afterwards.'

/** What can be wrong with a file that is compressed with xz. */
export const xzCodes = {
  xz_header_invalid: {
    title: 'The file is not xz',
    why: 'It must begin as the .xz file format says; .lzma is another one.',
    hint: packAgain,
  },
  xz_truncated: {
    title: 'The xz file ends early',
    why: 'The upload or the tool that made the file stopped before its end, so a part of the package is missing.',
    hint: packAgain,
  },
  xz_data_invalid: {
    title: 'The xz data is damaged',
    why: 'It cannot be decompressed, or its checksum does not match.',
    hint: packAgain,
  },
  xz_options_unknown: {
    title: 'The xz file needs more than a plain reader has',
    why: 'Small readers know LZMA2 with a CRC only: no filters for machine code, no SHA-256.',
    hint: 'Compress it again without filters: `xz -6`.',
  },
  xz_dictionary_too_large: {
    title: 'Unpacking needs too much memory',
    why: 'A dictionary of more than 64 MiB, which is what `xz -9` makes.',
    hint: 'Compress it again with `xz -9` at most.',
  },
  xz_trailing_data: {
    title: 'Something follows the xz data',
    why: 'Readers ignore it, refuse it or read it as more data; nothing that belongs to a package is there.',
    hint: packAgain,
  },
} as const satisfies Record<string, ArchiveCodeDoc>
