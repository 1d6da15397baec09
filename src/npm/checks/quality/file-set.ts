import type { ArchiveEntry } from '../../../validation/check.ts'
import { installedPath } from '../notes.ts'

/** Real packages seldom have more; beyond this nothing is called missing. */
const mostPaths = 20_000

/** The paths of an archive's files as they are once installed. Holds 20,000 paths at most. */
export class FileSet {
  readonly #paths = new Set<string>()
  #isCut = false

  add(entry: ArchiveEntry): void {
    const path = installedPath(entry.path)
    if (path === undefined || entry.kind !== 'file') return
    if (this.#paths.size < mostPaths) this.#paths.add(path)
    else this.#isCut = true
  }

  /** Whether this path is a file, as it is written or with one of the endings. True when not all paths are known. */
  has(path: string, endings: readonly string[] = ['']): boolean {
    return this.#isCut || endings.some((ending) => this.#paths.has(path + ending))
  }

  /** Whether a file begins and ends like this. */
  hasLike(start: string, end: string): boolean {
    if (this.#isCut) return true
    for (const path of this.#paths) {
      if (path.length >= start.length + end.length && path.startsWith(start) && path.endsWith(end)) return true
    }
    return false
  }
}
