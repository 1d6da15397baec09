/** Takes a stream of chunks apart into the pieces that a format consists of. Holds one chunk. */
export interface ByteReader {
  /** The next bytes, at least one and at most `most`; undefined at the end. Valid until the next read. */
  some(most: number): Promise<Uint8Array | undefined>
  /** The next `length` bytes; fewer only when the input ends before. Valid until the next read. */
  exactly(length: number): Promise<Uint8Array>
  /** All that is at hand without waiting, else the next chunk; undefined at the end. */
  chunk(): Promise<Uint8Array | undefined>
  /** Gives back the end of what `chunk` gave last, to be read next. */
  unread(tail: Uint8Array): void
}

export function createByteReader(next: () => Promise<Uint8Array | undefined>): ByteReader {
  let current: Uint8Array = new Uint8Array(0)

  async function fill(): Promise<boolean> {
    while (current.length === 0) {
      const chunk = await next()
      if (chunk === undefined) return false
      current = chunk
    }
    return true
  }

  function take(length: number): Uint8Array {
    const bytes = current.subarray(0, length)
    current = current.subarray(length)
    return bytes
  }

  async function collect(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    let filled = 0
    while (filled < length && (await fill())) {
      const piece = take(length - filled)
      bytes.set(piece, filled)
      filled += piece.length
    }
    return bytes.subarray(0, filled)
  }

  return {
    some: async (most) => ((await fill()) ? take(most) : undefined),
    exactly: async (length) => (current.length >= length ? take(length) : collect(length)),
    chunk: async () => ((await fill()) ? take(current.length) : undefined),
    unread: (tail) => {
      current = tail
    },
  }
}
