import { BoundedBytes } from '../../validation/bounded-bytes.ts'
import type { ArchiveEntry, ContentReader } from '../../validation/check.ts'
import type { ArchiveNotes } from '../manifest.ts'

/** Text of a readme that is shown; npm's own site cuts at the same. */
const longestReadmeBytes = 65_536
/** Files whose paths are kept, to find the commands of a `directories.bin`; no real package comes near. */
const mostPaths = 20_000

/** The path that an entry has once installed: npm drops the first segment, whatever it is called. */
export function installedPath(path: string): string | undefined {
  const slash = path.indexOf('/')
  return slash === -1 ? undefined : path.slice(slash + 1)
}

/** Gathers the notes. Holds one readme of 64 KiB and 20,000 paths at most. */
export class NoteTaker {
  readonly #files: string[] = []
  #readme: { readonly path: string; readonly bytes: BoundedBytes } | undefined

  /** Takes note of an entry; the reader, if any, wants its content. */
  entry(entry: ArchiveEntry): ContentReader | undefined {
    const path = installedPath(entry.path)
    if (path === undefined || entry.kind !== 'file') return undefined
    if (this.#files.length < mostPaths || !path.includes('/')) this.#files.push(path)
    if (!goesBefore(path, this.#readme?.path)) return undefined
    const bytes = new BoundedBytes(longestReadmeBytes)
    this.#readme = { path, bytes }
    return { chunk: (chunk) => bytes.add(chunk) }
  }

  notes(): ArchiveNotes {
    return {
      // A cut in the middle of a character leaves no half of it
      readme: this.#readme && new TextDecoder().decode(this.#readme.bytes.content(), { stream: true }),
      hasGypFile: this.#files.includes('binding.gyp'),
      hasShrinkwrap: this.#files.includes('npm-shrinkwrap.json'),
      files: this.#files,
    }
  }
}

/**
 * Whether a root file is the better readme. As npm looks for it: `README` or `README.*` in any case, markdown before
 * a bare name; where npm leaves it to the order of the folder, the first by name.
 */
function goesBefore(path: string, chosen: string | undefined): boolean {
  const rank = readmeRank(path)
  if (rank === 0 || chosen === undefined) return rank > 0
  const chosenRank = readmeRank(chosen)
  return rank > chosenRank || (rank === chosenRank && path < chosen)
}

function readmeRank(path: string): number {
  if (!/^readme(\..*)?$/i.test(path) || path.includes('/')) return 0
  if (/\.m?a?r?k?d?o?w?n?$/i.test(path)) return 2
  return path.toUpperCase() === 'README' ? 1 : 0
}
