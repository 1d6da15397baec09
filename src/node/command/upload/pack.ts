import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, createZstdCompress } from 'node:zlib'
import type { Context } from '../context.ts'
import { Failure, fileFailure } from '../failure.ts'
import { interrupted } from '../retry.ts'
import { filesIn } from './folder.ts'
import type { Packing } from './packing.ts'
import { tarOf } from './tar.ts'
import { zipOf } from './zip.ts'

const compressors = { 'tar.gz': () => createGzip(), 'tar.zst': () => createZstdCompress() } as const

/**
 * Packs a folder into a file: sorted, without owners, times and rights of this machine, so that packing again makes the
 * same bytes and an upload can go on.
 * @throws Failure `file`
 */
export async function packFolder(context: Context, folder: string, packing: Packing, into: string): Promise<void> {
  const { progress, signal } = context
  const stage = progress.begin('packing', await totalBytes(folder))
  const read = (bytes: number) => stage.add(bytes)
  try {
    await mkdir(dirname(into), { recursive: true, mode: 0o700 })
    const target = createWriteStream(into, { mode: 0o600 })
    if (packing === 'zip') await pipeline(zipOf(filesIn(folder), read), target, { signal })
    else await pipeline(tarOf(filesIn(folder), read), compressors[packing](), target, { signal })
  } catch (error) {
    await rm(into, { force: true })
    throw signal.aborted ? interrupted() : fileFailure(error, pathOf(error) ?? into)
  } finally {
    stage.end()
  }
}

/** @throws Failure `file` for a folder with nothing in it */
async function totalBytes(folder: string): Promise<number> {
  let bytes = 0
  let isEmpty = true
  for await (const { stat } of filesIn(folder)) {
    isEmpty = false
    if (stat.isFile()) bytes += stat.size
  }
  if (isEmpty) throw new Failure('file', `${folder} is empty.`, { code: 'folder_empty', where: folder })
  return bytes
}

/** The file that could not be read, where the system names it; what it does not name is written to. */
function pathOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error ? String(error.path) : undefined
}
