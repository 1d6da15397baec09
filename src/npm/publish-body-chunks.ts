import type { Pace } from '../std/pace.ts'

const chunkBytes = 65_536

/**
 * The bytes of a request's body. A chunk is valid until the next one is asked for: where the stream allows it, all are
 * read into one buffer of 64 KiB, which in workerd is eight times as fast as its own chunks of 4 KiB.
 * Leaving the loop early leaves the rest of the stream to the caller.
 */
export async function* chunksOf(body: ReadableStream<Uint8Array>, pace: Pace): AsyncGenerator<Uint8Array, void, void> {
  const reader = byteReader(body)
  if (reader === undefined) {
    yield* ownChunksOf(body, pace)
    return
  }
  let buffer = new ArrayBuffer(chunkBytes)
  try {
    for (;;) {
      const { value, done } = await pace(reader.read(new Uint8Array(buffer)))
      if (done) return
      yield value
      buffer = value.buffer
    }
  } finally {
    reader.releaseLock()
  }
}

/** The stream's chunks as it has them. */
async function* ownChunksOf(body: ReadableStream<Uint8Array>, pace: Pace): AsyncGenerator<Uint8Array, void, void> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { value, done } = await pace(reader.read())
      if (done) return
      yield value
    }
  } finally {
    reader.releaseLock()
  }
}

/** @returns undefined when it is no byte stream: a platform's own bodies are, those that a program makes may not be */
function byteReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: 'byob' })
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
