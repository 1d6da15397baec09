import { createHash } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { z } from 'zod'
import { Failure, fileFailure } from '../failure.ts'
import { parseJson } from '../json-text.ts'
import { interrupted } from '../retry.ts'

/** A piece is asked for with one range, and is done again as a whole when it breaks off. */
const pieceBytes = 16 * 1024 * 1024
const readBytes = 1024 * 1024

export interface Piece {
  readonly number: number
  readonly start: number
  readonly sizeBytes: number
}

/** What the file will be. */
export interface Wanted {
  readonly sizeBytes: number
  readonly sha256: string
}

const headSchema = z.object({ sizeBytes: z.int(), sha256: z.string(), pieceBytes: z.int() })

/**
 * A file that is downloaded in pieces, in any order: `<file>.part`, and beside it `<file>.part.log`, whose first line
 * says what it will be, and each further line which piece is there. It takes its name only when it is whole and right.
 */
export class PartFile {
  readonly #path: string
  readonly #wanted: Wanted
  readonly #data: FileHandle
  readonly #log: FileHandle
  readonly #done: Set<number>

  private constructor(path: string, wanted: Wanted, data: FileHandle, log: FileHandle, done: Set<number>) {
    this.#path = path
    this.#wanted = wanted
    this.#data = data
    this.#log = log
    this.#done = done
  }

  /** What an earlier run left of the same content, else a new one. @throws Failure `file` */
  static async open(path: string, wanted: Wanted): Promise<PartFile> {
    try {
      const [data, log] = await Promise.all([open(`${path}.part`, 'a+'), open(`${path}.part.log`, 'a+')])
      const done = piecesIn(await log.readFile('utf8'), wanted)
      if (done === undefined) {
        await log.truncate(0)
        await log.appendFile(`${JSON.stringify({ ...wanted, pieceBytes })}\n`)
      }
      await data.close()
      return new PartFile(path, wanted, await open(`${path}.part`, 'r+'), log, done ?? new Set())
    } catch (error) {
      throw fileFailure(error, `${path}.part`)
    }
  }

  get doneBytes(): number {
    return this.#pieces().reduce((sum, { number, sizeBytes }) => sum + (this.#done.has(number) ? sizeBytes : 0), 0)
  }

  /** What is not there yet, in order. */
  missing(): readonly Piece[] {
    return this.#pieces().filter(({ number }) => !this.#done.has(number))
  }

  /** @throws Failure `file`, such as for a full disk */
  async write(bytes: Uint8Array, at: number): Promise<void> {
    try {
      let written = 0
      while (written < bytes.byteLength) {
        written += (await this.#data.write(bytes, written, bytes.byteLength - written, at + written)).bytesWritten
      }
    } catch (error) {
      throw fileFailure(error, `${this.#path}.part`)
    }
  }

  /** The piece is there, as far as this process knows; the digest has the last word. */
  async finish({ number }: Piece): Promise<void> {
    await this.#log.appendFile(`${number}\n`)
    this.#done.add(number)
  }

  /**
   * Gives the file its name, once its digest is right. Else all of it goes: nobody knows which piece is wrong.
   * @param read told how much was hashed
   * @throws Failure `integrity`
   */
  async accept(signal: AbortSignal, read: (bytes: number) => void): Promise<void> {
    await this.#data.truncate(this.#wanted.sizeBytes)
    const sha256 = await this.#digest(signal, read)
    if (sha256 !== this.#wanted.sha256) {
      await this.#remove()
      throw new Failure('integrity', 'What was downloaded is not what was published.', {
        code: 'digest_mismatch',
        where: `sha256 here ${sha256}, there ${this.#wanted.sha256}`,
        hint: 'It was thrown away: nothing of it was kept. Run the command again.',
      })
    }
    await this.#data.sync()
    await rename(`${this.#path}.part`, this.#path) // COMMIT: the file is there, whole and right
    await rm(`${this.#path}.part.log`, { force: true })
  }

  async close(): Promise<void> {
    await Promise.all([this.#data.close(), this.#log.close()])
  }

  #pieces(): readonly Piece[] {
    const { sizeBytes } = this.#wanted
    return Array.from({ length: Math.ceil(sizeBytes / pieceBytes) }, (_, number) => {
      const start = number * pieceBytes
      return { number, start, sizeBytes: Math.min(pieceBytes, sizeBytes - start) }
    })
  }

  async #digest(signal: AbortSignal, read: (bytes: number) => void): Promise<string> {
    const hash = createHash('sha256')
    const buffer = new Uint8Array(readBytes)
    for (let at = 0; at < this.#wanted.sizeBytes; ) {
      if (signal.aborted) throw interrupted()
      const { bytesRead } = await this.#data.read(buffer, 0, buffer.byteLength, at)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
      at += bytesRead
      read(bytesRead)
    }
    return hash.digest('hex')
  }

  async #remove(): Promise<void> {
    await Promise.all([rm(`${this.#path}.part`, { force: true }), rm(`${this.#path}.part.log`, { force: true })])
  }
}

/** The pieces that a log names; undefined for that of another file. A line that was cut off by a crash counts for none. */
function piecesIn(log: string, wanted: Wanted): Set<number> | undefined {
  const [first = '', ...lines] = log.split('\n').slice(0, -1)
  const head = headSchema.safeParse(parseJson(first)).data
  const isSame = head?.sha256 === wanted.sha256 && head.sizeBytes === wanted.sizeBytes && head.pieceBytes === pieceBytes
  return isSame ? new Set(lines.filter((line) => /^\d+$/.test(line)).map(Number)) : undefined
}
