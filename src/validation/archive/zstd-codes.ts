import type { ArchiveCodeDoc } from './code-doc.ts'

const packAgain = 'Compress it again with an unmodified tool, such as `zstd`, and do not change the file afterwards.'

/** What can be wrong with a file that is compressed with Zstandard. */
export const zstdCodes = {
  zstd_header_invalid: {
    title: 'The file is not Zstandard',
    why: 'It must be made of frames as RFC 8878 describes them.',
    hint: packAgain,
  },
  zstd_truncated: {
    title: 'The Zstandard file ends early',
    why: 'The upload or the tool that made the file stopped before its end, so a part of the package is missing.',
    hint: packAgain,
  },
  zstd_data_invalid: {
    title: 'The Zstandard data is damaged',
    why: 'It cannot be decompressed, or its checksum does not match.',
    hint: packAgain,
  },
  zstd_window_too_large: {
    title: 'Unpacking needs too much memory',
    why: 'A window of more than 128 MiB: `zstd` itself refuses such a file unless it is told to take it.',
    hint: 'Compress it again with `--long=27` at most.',
  },
  zstd_too_many_frames: {
    title: 'The Zstandard file has far too many frames',
    why: 'Each costs everybody who unpacks it time.',
    hint: packAgain,
  },
  zstd_trailing_data: {
    title: 'Something follows the Zstandard data',
    why: 'Readers ignore it, refuse it or read it as more data; nothing that belongs to a package is there.',
    hint: packAgain,
  },
} as const satisfies Record<string, ArchiveCodeDoc>
