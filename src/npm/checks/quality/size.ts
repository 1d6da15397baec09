import type { Check, CodeDoc } from '../../../validation/check.ts'
import { printable } from '../../../validation/printable.ts'
import { installedPath } from '../notes.ts'

const why = 'Everybody who installs the package downloads, unpacks and keeps it, mostly on many machines.'

const codes = {
  package_is_large: { title: 'The package is unusually large', why },
  package_has_many_files: { title: 'The package has unusually many files', why },
  file_dominates: { title: 'One file is most of the package', why },
} as const satisfies Record<string, CodeDoc>

const largeBytes = 50_000_000
const manyFiles = 5_000
const dominatingBytes = 10_000_000
const hint = 'See with `npm pack --dry-run` whether all of it is needed by those who install it.'

/** Sizes that their publisher may not know of. Holds one path. */
export const sizeCheck: Check = {
  id: 'npm-size',
  formats: ['npm'],
  codes,
  begin(context) {
    let largest = { path: '', sizeBytes: 0 }
    return {
      entry({ path, kind, sizeBytes }) {
        if (kind === 'file' && sizeBytes > largest.sizeBytes) largest = { path, sizeBytes }
        return undefined
      },
      end() {
        const { fileCount, unpackedSizeBytes } = context.facts
        if (unpackedSizeBytes > largeBytes) {
          const message = `It takes ${megabytes(unpackedSizeBytes)} once it is installed.`
          context.report({ code: 'package_is_large', message, hint })
        }
        if (fileCount > manyFiles) {
          context.report({ code: 'package_has_many_files', message: `It has ${fileCount} files.`, hint })
        }
        if (largest.sizeBytes > dominatingBytes && largest.sizeBytes * 2 > unpackedSizeBytes) {
          const path = printable(installedPath(largest.path) ?? largest.path, 200)
          const message = `This file takes ${megabytes(largest.sizeBytes)} of ${megabytes(unpackedSizeBytes)}.`
          context.report({ code: 'file_dominates', path, message, hint })
        }
      },
    }
  },
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
