/**
 * `truncated`: the input ended before the compressed data did. `invalid`: it is damaged, or no such data.
 * `followed`: it is whole, and something else follows. `too_much_memory`: unpacking it takes more than the decoder may
 * have. `unsupported`: it uses what the decoder lacks.
 */
export class DecodeError extends Error {
  readonly kind: 'truncated' | 'invalid' | 'followed' | 'too_much_memory' | 'unsupported'

  constructor(kind: DecodeError['kind'], cause: unknown) {
    super(`compressed data ${kind}`, { cause })
    this.name = 'DecodeError'
    this.kind = kind
  }
}

export interface Decoded {
  /** At most 64 KiB at a time, at the pace of whoever reads: holds two such chunks and one of the input. */
  readonly output: AsyncIterable<Uint8Array>
  /** Once the output has ended: what was taken from the input and lies behind the end of the compressed data. */
  rest(): Uint8Array
}

/** A decoder of `node:zlib`. */
export interface DecoderStream extends AsyncIterable<Uint8Array> {
  /** Bytes of the input that were decompressed. */
  readonly bytesWritten: number
  write(chunk: Uint8Array, done: () => void): boolean
  end(): void
  destroy(error?: Error): void
}

export const decodedChunkBytes = 64 * 1024

/**
 * Decompresses with native code, and tells exactly where the compressed data ends. The output throws `DecodeError`, or
 * what `next` throws.
 * @param next gives the next bytes of the input; undefined at its end
 * @param kindOf what an error of the decoder means by its code; undefined when it is no fault of the data
 */
export function decode(
  open: () => DecoderStream,
  next: () => Promise<Uint8Array | undefined>,
  kindOf: (code: string) => DecodeError['kind'] | undefined,
): Decoded {
  let rest: Uint8Array = new Uint8Array(0)

  async function feed(stream: DecoderStream): Promise<void> {
    for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
      const before = stream.bytesWritten
      await write(stream, chunk)
      const consumed = stream.bytesWritten - before
      // A decoder takes all that it is given until its data has ended, and nothing after that
      if (consumed < chunk.length) {
        rest = chunk.subarray(consumed)
        return
      }
    }
    stream.end()
  }

  async function* output(): AsyncGenerator<Uint8Array> {
    const stream = open()
    const feeding = feed(stream).catch((error: unknown) => stream.destroy(asError(error)))
    try {
      yield* stream
      await feeding // it knows the rest only now
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      const kind = kindOf(code)
      throw kind === undefined ? error : new DecodeError(kind, error)
    } finally {
      stream.destroy()
    }
  }

  return { output: output(), rest: () => rest }
}

/** Resolves once all of the chunk has been decompressed, or the stream has failed: that error comes with the output. */
function write(stream: DecoderStream, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stream.write(chunk, () => resolve())
  })
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('the input failed', { cause: error })
}
