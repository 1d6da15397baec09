import { digestHex } from '../../std/digest.ts'

/** Digests of the files of one archive, to tell a file that is there twice from two files of one name. */
export interface FileDigests {
  /** Whether the file was there before with the same bytes. The first one is remembered. */
  isRepetition(path: string, digest: string): boolean
}

/** Holds two digests a file at most: 20 MB for 100,000 of them. */
export function createFileDigests(): FileDigests {
  const digests = new Map<string, string>()
  return {
    isRepetition: (path, digest) => {
      // A long path as its digest, so that memory does not grow with it
      const key = path.length <= 64 ? path : digestHex('sha256', path)
      const first = digests.get(key)
      if (first === undefined) digests.set(key, digest)
      return first === digest
    },
  }
}
