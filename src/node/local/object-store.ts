import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Drafts, isMissing, type Label, type ObjectFile, openObject, readLabel } from './object-file.ts'
import { folderOfPrefix, isObjectFile, keyOfPath, pathOfKey } from './object-paths.ts'

/** About the object that a write is to replace. ETags may have their quotes. */
export interface Precondition {
  readonly ifNoneMatch?: string | undefined
  readonly ifMatch?: string | undefined
}

export interface Listing {
  readonly labels: readonly Label[]
  readonly truncated: boolean
}

/** An object was written or removed. */
export interface ObjectChange {
  readonly bucket: string
  readonly key: string
}

/** Buckets and their objects in a folder, for one process. Every write is one rename. */
export class ObjectStore {
  readonly #directory: string
  readonly #drafts: Drafts
  readonly #writing = new Map<string, Promise<unknown>>()
  /** Told of every change once it is made. */
  changed: (change: ObjectChange) => void = () => undefined

  constructor(directory: string, drafts: Drafts) {
    this.#directory = directory
    this.#drafts = drafts
  }

  buckets(): Promise<readonly string[]> {
    return namesIn(this.#directory)
  }

  /** When the bucket was made; `undefined` if it was not. */
  async bucketCreated(bucket: string): Promise<Date | undefined> {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return undefined
    try {
      return (await stat(this.#folder(bucket))).birthtime
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  async createBucket(bucket: string): Promise<void> {
    await mkdir(this.#folder(bucket), { recursive: true })
  }

  async removeBucket(bucket: string): Promise<void> {
    await rm(this.#folder(bucket), { recursive: true })
  }

  open(bucket: string, key: string): Promise<ObjectFile | undefined> {
    return openObject(this.#path(bucket, key))
  }

  /** A draft of the object's content, and its label. */
  copy(bucket: string, key: string): ReturnType<Drafts['copy']> {
    return this.#drafts.copy(this.#path(bucket, key))
  }

  /** Makes the draft an object. `undefined`: the precondition does not hold, the draft is gone, nothing else changed. */
  async commit(
    bucket: string,
    draft: string,
    label: Omit<Label, 'modifiedAt'>,
    precondition: Precondition,
  ): Promise<Label | undefined> {
    const path = this.#path(bucket, label.key)
    const sealed = { ...label, modifiedAt: Date.now() }
    await this.#drafts.seal(draft, sealed)
    return this.#exclusively(path, async () => {
      if (!holds(precondition, await readLabel(path))) {
        await this.#drafts.discard(draft)
        return undefined
      }
      await this.#drafts.publish(draft, path)
      this.changed({ bucket, key: label.key })
      return sealed
    })
  }

  async remove(bucket: string, key: string): Promise<void> {
    const path = this.#path(bucket, key)
    await this.#exclusively(path, () => rm(path, { force: true }))
    this.changed({ bucket, key })
    for (let folder = dirname(path); folder !== this.#folder(bucket); folder = dirname(folder)) {
      if (!(await removeIfEmpty(folder))) return
    }
  }

  /** Keys in the order of their UTF-8 bytes. Reads the folders below the prefix, and only those files it returns. */
  async list(
    bucket: string,
    { prefix, after, limit }: { readonly prefix: string; readonly after: string; readonly limit: number },
  ): Promise<Listing> {
    const found = (await this.#found(bucket, prefix)).filter(({ key }) => compareKeys(key, after) > 0)
    const page = found.sort((a, b) => compareKeys(a.key, b.key)).slice(0, limit)
    const labels = await Promise.all(page.map(({ path }) => readLabel(path)))
    return { labels: labels.filter((label) => label !== undefined), truncated: found.length > limit }
  }

  /** Removes the objects with the prefix that were written before the given time. */
  async expire(bucket: string, prefix: string, before: number): Promise<void> {
    for (const { key, path } of await this.#found(bucket, prefix)) {
      const label = await readLabel(path)
      if (label && label.modifiedAt < before) await this.remove(bucket, key)
    }
  }

  async #found(bucket: string, prefix: string) {
    const root = this.#folder(bucket)
    const paths = await objectFilesBelow(root, folderOfPrefix(prefix))
    const found = await Promise.all(
      paths.map(async (relative) => {
        const path = join(root, relative)
        return { path, key: keyOfPath(relative) ?? (await readLabel(path))?.key }
      }),
    )
    return found.flatMap(({ path, key }) => (key?.startsWith(prefix) ? [{ path, key }] : []))
  }

  #folder(bucket: string): string {
    return join(this.#directory, bucket)
  }

  #path(bucket: string, key: string): string {
    return join(this.#folder(bucket), pathOfKey(key))
  }

  async #exclusively<T>(path: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#writing.get(path) ?? Promise.resolve()).then(work, work)
    this.#writing.set(path, mine)
    try {
      return await mine
    } finally {
      if (this.#writing.get(path) === mine) this.#writing.delete(path)
    }
  }
}

function holds({ ifNoneMatch, ifMatch }: Precondition, current: Label | undefined): boolean {
  if (ifNoneMatch !== undefined && current) return false
  return ifMatch === undefined || ifMatch.replaceAll('"', '') === current?.etag
}

const compareKeys = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

async function objectFilesBelow(root: string, folder: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const entry of await entriesIn(join(root, folder))) {
    const path = folder ? `${folder}/${entry.name}` : entry.name
    if (entry.isDirectory()) found.push(...(await objectFilesBelow(root, path)))
    else if (isObjectFile(entry.name)) found.push(path)
  }
  return found
}

async function entriesIn(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Of a folder that may be absent. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return (await entriesIn(folder)).map((entry) => entry.name)
}

async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder)
    return true
  } catch (error) {
    // Somebody wrote into it, or removed it first.
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) return false
    throw error
  }
}
