import type { ClaimedFile } from '../model/records.ts'
import { hasher } from '../std/digest.ts'
import { createDigester, type Digester, type Digests } from './digester.ts'

/** A stored file on its way to the checks: hashed as it passes, so that damage in storage is never blamed on the publisher. */
export interface StoredSource {
  /** To be read by one walker. Cancelling it leaves the rest for `drain`. */
  readonly stream: ReadableStream<Uint8Array>
  /** Reads what nobody has read yet, for the digest. @throws what the source throws */
  drain(): Promise<void>
  /** Whether the bytes, read to their end, are those that arrived: as far as anybody computed a digest then. */
  isUnchanged(): boolean
  /** Of all bytes, once they were read to their end; undefined where they were computed before. */
  digests(): Digests | undefined
  /** What the source threw, if it did: storage's fault, not the file's. */
  failure(): { readonly error: unknown } | undefined
  /** Gives up; whoever reads sees the end. */
  stop(): Promise<void>
}

/**
 * Holds no more than the chunk that is passing. Never reads much more than `stored.sizeBytes`.
 * @param source what `digester` was not given before
 * @param digester for a file whose digests nobody computed yet
 */
export function openStoredSource(
  source: ReadableStream<Uint8Array>,
  stored: Pick<ClaimedFile, 'sizeBytes' | 'sha512'>,
  digester: Digester = createDigester(),
): StoredSource {
  const reader = source.getReader()
  const known = stored.sha512 === undefined ? undefined : hasher('sha512')
  let receivedBytes = known === undefined ? digester.bytes : 0
  let ended = false
  let isSame: boolean | undefined
  let computed: Digests | undefined
  let failed: { readonly error: unknown } | undefined

  async function next(): Promise<Uint8Array | undefined> {
    if (ended) return undefined
    try {
      const { done, value } = await reader.read()
      if (done) ended = true
      if (value === undefined) return undefined
      receivedBytes += value.byteLength
      const taker = known ?? digester
      taker.update(value)
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
      isSame ??= receivedBytes === stored.sizeBytes && known?.hex() === stored.sha512
      return isSame
    },
    digests: () => {
      if (known === undefined) computed ??= digester.hex()
      return computed
    },
    failure: () => failed,
    stop,
  }
}
