import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { Failure, fileFailure } from '../failure.ts'

const usualChunkBytes = 1024 * 1024

/** A file that is read in pieces, while it stays as it was when it was opened. */
export class Source {
  readonly path: string
  readonly filename: string
  readonly sizeBytes: number
  readonly #handle: FileHandle
  readonly #modifiedAtMs: number

  private constructor(path: string, handle: FileHandle, { size, mtimeMs }: { size: number; mtimeMs: number }) {
    this.path = path
    this.filename = basename(path)
    this.sizeBytes = size
    this.#handle = handle
    this.#modifiedAtMs = mtimeMs
  }

  /** @throws Failure `file` */
  static async open(path: string): Promise<Source> {
    const whole = resolve(path)
    try {
      const handle = await open(whole, 'r')
      const stat = await handle.stat()
      if (!stat.isFile()) throw new Failure('file', `${path} is no file.`, { code: 'file_invalid', where: whole })
      return new Source(whole, handle, stat)
    } catch (error) {
      throw fileFailure(error, path)
    }
  }

  /** Tells this content of the file from another, as far as can be seen without reading it. */
  get identity(): string {
    return createHash('sha256').update(`${this.path}\n${this.sizeBytes}\n${this.#modifiedAtMs}`).digest('hex')
  }

  /**
   * The bytes from `start` on, `sizeBytes` of them, for whoever has done with a chunk before the next is asked for: all
   * lie in the same memory. Several readings may go on at once.
   */
  async *scan(start: number, sizeBytes: number, chunkBytes = usualChunkBytes): AsyncGenerator<Uint8Array> {
    const buffer = new Uint8Array(Math.min(chunkBytes, sizeBytes))
    for (let at = start; at < start + sizeBytes; ) {
      const chunk = await this.#fill(buffer.subarray(0, start + sizeBytes - at), at)
      at += chunk.byteLength
      yield chunk
    }
  }

  async #fill(buffer: Uint8Array, at: number): Promise<Uint8Array> {
    const { bytesRead } = await this.#handle.read(buffer, 0, buffer.byteLength, at)
    if (bytesRead === 0) throw this.#changed()
    return buffer.subarray(0, bytesRead)
  }

  /** @throws Failure `file` when somebody wrote to it meanwhile */
  async requireUnchanged(): Promise<void> {
    const { size, mtimeMs } = await this.#handle.stat()
    if (size !== this.sizeBytes || mtimeMs !== this.#modifiedAtMs) throw this.#changed()
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  #changed(): Failure {
    return new Failure('file', `${this.path} was changed while it was read.`, {
      code: 'file_changed',
      where: this.path,
      hint: 'Publish it again when nobody writes to it.',
    })
  }
}
