import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { constants, copyFile, type FileHandle, mkdir, open, rename, rm, truncate } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** What a file says about the object in it. */
export interface Label {
  readonly key: string
  readonly sizeBytes: number
  /** Without quotes. */
  readonly etag: string
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number
  /** Of the bytes, in hex; kept of parts. */
  readonly sha256?: string
  /** Headers to answer with, in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

const magic = Buffer.from('deckle-object-1\n')
const footerBytes = 4 + magic.length

/**
 * One object is one file: its bytes, then its label, then the label's length. A single rename makes all of it visible
 * at once, so that a killed server leaves neither half an object nor one with the label of another.
 */
export class ObjectFile {
  readonly label: Label
  readonly #file: FileHandle

  constructor(file: FileHandle, label: Label) {
    this.label = label
    this.#file = file
  }

  /** The bytes from `start` to `end`, included. Ends the use of the file, as `close` does. */
  content(start = 0, end = this.label.sizeBytes - 1): Readable {
    // An empty range cannot be said with an `end` that is included.
    const stream = end < start ? Readable.from([]) : undefined
    if (stream) stream.once('close', () => this.#file.close())
    return stream ?? this.#file.createReadStream({ start, end })
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

/** `undefined` for a file that is absent, or not whole. Whoever opens a file reads its content, or closes it. */
export async function openObject(path: string): Promise<ObjectFile | undefined> {
  const file = await open(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  const label = await file?.stat().then(({ size }) => labelIn(file, size))
  if (file && label) return new ObjectFile(file, label)
  await file?.close()
  return undefined
}

export async function readLabel(path: string): Promise<Label | undefined> {
  const object = await openObject(path)
  await object?.close()
  return object?.label
}

async function labelIn(file: FileHandle, size: number): Promise<Label | undefined> {
  if (size < footerBytes) return undefined
  const footer = Buffer.alloc(footerBytes)
  await file.read(footer, 0, footerBytes, size - footerBytes)
  if (!footer.subarray(4).equals(magic)) return undefined
  const text = Buffer.alloc(footer.readUInt32BE(0))
  await file.read(text, 0, text.length, size - footerBytes - text.length)
  return JSON.parse(text.toString())
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

/** Content in a file of its own, on its way to be an object. */
export interface Draft {
  readonly path: string
  readonly sizeBytes: number
  readonly md5: string
  readonly sha256: string
}

/** Where files are written before they are objects. */
export class Drafts {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Removes what an earlier process left. */
  async clear(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true })
    await mkdir(this.#directory, { recursive: true })
  }

  /** Hashes what it writes. Leaves nothing behind when the content breaks off. */
  async write(content: AsyncIterable<Uint8Array>): Promise<Draft> {
    const path = join(this.#directory, randomUUID())
    const [md5, sha256] = [createHash('md5'), createHash('sha256')]
    let sizeBytes = 0
    const measured = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        md5.update(chunk)
        sha256.update(chunk)
        sizeBytes += chunk.length
        yield chunk
      }
    }
    try {
      await pipeline(content, measured, createWriteStream(path))
    } catch (error) {
      await this.discard(path)
      throw error
    }
    return { path, sizeBytes, md5: md5.digest('hex'), sha256: sha256.digest('hex') }
  }

  /** A copy of an object's content, and the label that it had. */
  async copy(source: string): Promise<{ readonly path: string; readonly label: Label } | undefined> {
    const path = join(this.#directory, randomUUID())
    try {
      await copyFile(source, path, constants.COPYFILE_FICLONE)
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
    const label = await readLabel(path)
    if (label) await truncate(path, label.sizeBytes)
    else await this.discard(path)
    return label && { path, label }
  }

  async discard(path: string): Promise<void> {
    await rm(path, { force: true })
  }

  /** Adds the label. */
  async seal(path: string, label: Label): Promise<void> {
    const text = Buffer.from(JSON.stringify(label))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(text.length)
    const file = await open(path, 'a')
    try {
      await file.writeFile(Buffer.concat([text, length, magic]))
    } finally {
      await file.close()
    }
  }

  /** Makes the sealed draft visible, in place of what was there. */
  async publish(path: string, target: string): Promise<void> {
    // The folder may be removed, as empty, at the very same time.
    for (let attempt = 1; ; attempt++) {
      await mkdir(dirname(target), { recursive: true })
      try {
        await rename(path, target)
        return
      } catch (error) {
        if (!isMissing(error) || attempt >= 5) throw error
      }
    }
  }
}
