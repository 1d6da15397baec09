import type { StoredFile } from '../model/records.ts'
import { hasher } from '../std/digest.ts'

/** A stored file on its way to the checks: hashed as it passes, so that damage in storage is never blamed on the publisher. */
export interface StoredSource {
  /** To be read by one walker. Cancelling it leaves the rest for `drain`. */
  readonly stream: ReadableStream<Uint8Array>
  /** Reads what nobody has read yet, for the digest. @throws what the source throws */
  drain(): Promise<void>
  /** Whether the bytes, read to their end, are those that arrived. */
  isUnchanged(): boolean
  /** What the source threw, if it did: storage's fault, not the file's. */
  failure(): { readonly error: unknown } | undefined
  /** Gives up; whoever reads sees the end. */
  stop(): Promise<void>
}

/** Holds no more than the chunk that is passing. Never reads much more than `stored.sizeBytes`. */
export function openStoredSource(
  source: ReadableStream<Uint8Array>,
  stored: Pick<StoredFile, 'sizeBytes' | 'sha512'>,
): StoredSource {
  const reader = source.getReader()
  const sha512 = hasher('sha512')
  let receivedBytes = 0
  let ended = false
  let digest: string | undefined
  let failed: { readonly error: unknown } | undefined

  async function next(): Promise<Uint8Array | undefined> {
    if (ended) return undefined
    try {
      const { done, value } = await reader.read()
      if (done) ended = true
      if (value === undefined) return undefined
      receivedBytes += value.byteLength
      sha512.update(value)
      if (receivedBytes > stored.sizeBytes) await stop()
      return value
    } catch (error) {
      ended = true
      failed = { error }
      throw error
    }
  }

  async function stop(): Promise<void> {
    if (ended) return
    ended = true
    await reader.cancel()
  }

  return {
    stream: new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const chunk = await next()
          if (chunk === undefined) controller.close()
          else controller.enqueue(chunk)
        },
      },
      { highWaterMark: 0 },
    ),
    drain: async () => {
      let chunk = await next()
      while (chunk !== undefined) chunk = await next()
    },
    isUnchanged: () => {
      digest ??= sha512.hex()
      return receivedBytes === stored.sizeBytes && digest === stored.sha512
    },
    failure: () => failed,
    stop,
  }
}
