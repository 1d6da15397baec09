import { createWriteStream } from 'node:fs'
import { lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Pack } from 'tar'
import type { Context } from '../context.ts'
import { Failure, fileFailure } from '../failure.ts'
import { interrupted } from '../retry.ts'

export type Packing = 'tar.gz' | 'tar.zst'

/** The same in every archive, so that the same files make the same bytes; npm has the same. */
const modifiedAt = new Date('1985-10-26T08:15:00Z')
/** What is of the machine or of the history, not of the content. */
const left: ReadonlySet<string> = new Set(['.git', '.DS_Store'])

/**
 * Packs a folder into a file: sorted, without owners, times and rights of this machine, so that packing again makes the
 * same bytes and an upload can go on.
 * @throws Failure `file`
 */
export async function packFolder(context: Context, folder: string, packing: Packing, into: string): Promise<void> {
  const paths = (await filesIn(folder, '')).sort()
  if (paths.length === 0) throw new Failure('file', `${folder} is empty.`, { code: 'folder_empty', where: folder })
  const stage = context.progress.begin('packing', await totalBytes(folder, paths))
  const pack = new Pack({
    cwd: folder,
    portable: true,
    mtime: modifiedAt,
    strict: true,
    noDirRecurse: true,
    ...(packing === 'tar.gz' ? { gzip: { portable: true } } : { zstd: true }),
    filter(_, stats) {
      // What git keeps of rights: the rest is of this machine
      stats.mode = (stats.mode ?? 0) & 0o100 ? 0o755 : 0o644
      return true
    },
    onWriteEntry: (entry) => stage.add(entry.stat?.size ?? 0),
  })
  try {
    await mkdir(dirname(into), { recursive: true, mode: 0o700 })
    for (const path of paths) pack.add(path)
    pack.end()
    await pipeline(pack, createWriteStream(into, { mode: 0o600 }), { signal: context.signal })
  } catch (error) {
    await rm(into, { force: true })
    throw context.signal.aborted ? interrupted() : fileFailure(error, folder)
  } finally {
    stage.end()
  }
}

/** Paths of all that is no folder, with slashes. Links are packed as links: validation says whether they may be there. */
async function filesIn(root: string, below: string): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error: unknown) =>
    Promise.reject(fileFailure(error, join(root, below))),
  )
  const paths: string[] = []
  for (const entry of entries) {
    if (left.has(entry.name)) continue
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) paths.push(...(await filesIn(root, path)))
    else paths.push(path.replaceAll(sep, '/'))
  }
  return paths
}

async function totalBytes(folder: string, paths: readonly string[]): Promise<number> {
  let bytes = 0
  for (const path of paths) bytes += (await lstat(join(folder, path))).size
  return bytes
}
