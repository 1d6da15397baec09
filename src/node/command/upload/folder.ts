import type { Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileFailure } from '../failure.ts'

/** What is of the machine or of the history, not of the content. */
const left: ReadonlySet<string> = new Set(['.git', '.DS_Store'])

/** One file, or link, of a folder. */
export interface FolderFile {
  /** Below the folder, with slashes. */
  readonly path: string
  /** Where it is on this machine. */
  readonly place: string
  readonly stat: Stats
}

/**
 * All that is no folder, in the same order each time; never more than one folder's names are in memory. Links are taken
 * as links: validation says whether they may be there.
 * @throws Failure `file`
 */
export async function* filesIn(folder: string, below = ''): AsyncGenerator<FolderFile> {
  for (const entry of await sorted(join(folder, below))) {
    if (left.has(entry.name)) continue
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    const place = join(folder, path)
    if (entry.isDirectory()) yield* filesIn(folder, path)
    else if (entry.isFile() || entry.isSymbolicLink()) yield { path, place, stat: await statOf(place) }
  }
}

async function sorted(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    throw fileFailure(error, folder)
  }
}

async function statOf(place: string): Promise<Stats> {
  try {
    return await lstat(place)
  } catch (error) {
    throw fileFailure(error, place)
  }
}

/** What git keeps of rights: the rest is of this machine. */
export function modeOf({ mode }: Stats): number {
  return mode & 0o100 ? 0o755 : 0o644
}
