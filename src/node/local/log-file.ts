import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'

const mostBytes = 10_000_000

/** `<data>/logs/<part>.log`. At 10 MB it becomes `<part>.log.1`, in place of the one before. */
export class LogFile {
  readonly path: string
  #sizeBytes: number
  #stream: WriteStream

  constructor(dataDirectory: string, part: string) {
    const folder = join(dataDirectory, 'logs')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.path = join(folder, `${part}.log`)
    this.#sizeBytes = existsSync(this.path) ? statSync(this.path).size : 0
    if (this.#sizeBytes > mostBytes) this.#moveAway()
    this.#stream = this.#open()
  }

  write(line: string): void {
    if (this.#sizeBytes > mostBytes) {
      this.#stream.end()
      this.#moveAway()
      this.#stream = this.#open()
    }
    this.#sizeBytes += Buffer.byteLength(line) + 1
    this.#collect(this.#stream)
    this.#stream.write(`${line}\n`)
  }

  /** Lines that come together go to the disk together. */
  #collect(stream: WriteStream): void {
    if (stream.writableCorked > 0) return
    stream.cork()
    process.nextTick(() => stream.uncork())
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stream.end(resolve)
    })
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.path, { flags: 'a', mode: 0o600 })
    // A full disk, or a data folder that somebody removed, must not end the registry for want of a log.
    stream.on('error', (error) => process.stderr.write(`${this.path}: ${error.message}\n`))
    return stream
  }

  #moveAway(): void {
    rmSync(`${this.path}.1`, { force: true })
    renameSync(this.path, `${this.path}.1`)
    this.#sizeBytes = 0
  }
}
