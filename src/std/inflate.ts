import { crc32, createInflateRaw, type InflateStream } from 'node:zlib'

/** CRC-32 of the bytes, continued from `previous`. */
export function crc32Of(bytes: Uint8Array, previous: number): number {
  return crc32(bytes, previous)
}

/** `truncated`: the input ended before the deflate stream did. `invalid`: it is not a deflate stream. */
export class InflateError extends Error {
  readonly kind: 'truncated' | 'invalid'

  constructor(kind: 'truncated' | 'invalid', cause: unknown) {
    super(`deflate stream ${kind}`, { cause })
    this.name = 'InflateError'
    this.kind = kind
  }
}

export interface Inflated {
  /** At most 64 KiB at a time, at the pace of whoever reads: holds two such chunks and one of the input. */
  readonly output: AsyncIterable<Uint8Array>
  /** Once the output has ended: what was taken from the input and lies behind the end of the deflate stream. */
  rest(): Uint8Array
}

const chunkBytes = 64 * 1024

/**
 * Decompresses one raw deflate stream (RFC 1951) with native code, and tells exactly where it ends. Node only.
 * The output throws `InflateError`, or what `next` throws.
 * @param next gives the next bytes of the input; undefined at its end
 */
export function inflateRaw(next: () => Promise<Uint8Array | undefined>): Inflated {
  let rest: Uint8Array = new Uint8Array(0)

  async function feed(stream: InflateStream): Promise<void> {
    for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
      const before = stream.bytesWritten
      await write(stream, chunk)
      const consumed = stream.bytesWritten - before
      // zlib takes all that it is given until the stream has ended, and nothing after that
      if (consumed < chunk.length) {
        rest = chunk.subarray(consumed)
        return
      }
    }
    stream.end()
  }

  async function* output(): AsyncGenerator<Uint8Array> {
    const stream = createInflateRaw({ chunkSize: chunkBytes })
    const feeding = feed(stream).catch((error: unknown) => stream.destroy(asError(error)))
    try {
      yield* stream
      await feeding // it knows the rest only now
    } catch (error) {
      throw fromZlib(error)
    } finally {
      stream.destroy()
    }
  }

  return { output: output(), rest: () => rest }
}

/** Resolves once all of the chunk has been decompressed, or the stream has failed: that error comes with the output. */
function write(stream: InflateStream, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stream.write(chunk, () => resolve())
  })
}

function fromZlib(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'Z_BUF_ERROR') return new InflateError('truncated', error)
  if (code === 'Z_DATA_ERROR' || code === 'Z_NEED_DICT') return new InflateError('invalid', error)
  return error
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('the input failed', { cause: error })
}
