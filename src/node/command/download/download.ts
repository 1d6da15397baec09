import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { genericPath, type ListedFile } from '../generic-files.ts'
import { Lanes } from '../lanes.ts'
import { type Fetching, fetchPiece } from './fetch-piece.ts'
import { Link } from './link.ts'
import { PartFile } from './part-file.ts'

const attempts = 10

export interface Downloading {
  readonly package: string
  readonly version: string
  readonly filename: string
  readonly listed: ListedFile
  /** Where it goes. */
  readonly path: string
  readonly parallel: number
  /** Replace another file that stands there. */
  readonly force: boolean
}

/**
 * Downloads a file, or goes on with what an earlier run began. It takes its name only once its digest is right.
 * @returns whether it was there already
 * @throws Failure
 */
export async function downloadFile(context: Context, downloading: Downloading): Promise<{ wasThere: boolean }> {
  const { path, listed, force } = downloading
  if (existsSync(path)) {
    if ((await digestOf(path)) === listed.sha256) return { wasThere: true }
    if (!force) {
      throw new Failure('file', `${path} is there already, and is another file.`, {
        code: 'file_exists',
        where: path,
        hint: 'Name another place with --output, or replace it with --force.',
      })
    }
  }
  const file = await PartFile.open(path, listed)
  try {
    await fetchMissing(context, downloading, file)
    const stage = context.progress.begin('verifying', listed.sizeBytes)
    await file.accept(context.signal, (bytes) => stage.add(bytes)).finally(() => stage.end())
  } finally {
    await file.close()
  }
  return { wasThere: false }
}

async function fetchMissing(context: Context, downloading: Downloading, file: PartFile): Promise<void> {
  const { package: name, version, filename, listed, parallel } = downloading
  const missing = file.missing()
  if (missing.length === 0) return
  const { output, registry, progress, signal } = context
  const stage = progress.begin('downloading', listed.sizeBytes, file.doneBytes)
  const lanes = new Lanes(parallel, signal)
  const fetching: Fetching = {
    link: new Link(registry, genericPath(name, version, filename)),
    file,
    sizeBytes: listed.sizeBytes,
    stage,
    patience: { attempts, onRetry: output.retry },
  }
  try {
    for (const piece of missing) await lanes.begin((stopping) => fetchPiece(fetching, piece, stopping))
    await lanes.end()
  } finally {
    await lanes.stop()
    stage.end()
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}
