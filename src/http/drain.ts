import type { Pace } from '../std/pace.ts'

/**
 * Reads what is left of a request's body and throws it away, so that the answer reaches the client: npm, for one, says
 * nothing at all when it is answered, and the connection closed, while it still sends. After `mostBytes`, or when it comes too slowly, it gives up.
 */
export async function drain(body: ReadableStream<Uint8Array> | null, mostBytes: number, pace: Pace): Promise<void> {
  if (body === null || body.locked) return
  const reader = body.getReader()
  try {
    for (let bytes = 0; bytes <= mostBytes; ) {
      const { value, done } = await pace(reader.read())
      if (done) return
      bytes += value.byteLength
    }
    await reader.cancel()
  } catch {
    // The client has gone away, or gone silent: nobody is left to answer.
  } finally {
    reader.releaseLock()
  }
}
