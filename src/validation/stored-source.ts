import type { ClaimedFile, StoredFile } from '../model/records.ts'
import { type Hasher, hasher } from '../std/digest.ts'

/** In hex. */
export type Digests = Pick<StoredFile, 'sha1' | 'sha256' | 'sha512'>

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

/** Holds no more than the chunk that is passing. Never reads much more than `stored.sizeBytes`. */
export function openStoredSource(
  source: ReadableStream<Uint8Array>,
  stored: Pick<ClaimedFile, 'sizeBytes' | 'sha512'>,
): StoredSource {
  const reader = source.getReader()
  const sha512 = hasher('sha512')
  const others = stored.sha512 === undefined ? { sha1: hasher('sha1'), sha256: hasher('sha256') } : undefined
  let receivedBytes = 0
  let ended = false
  let digest: string | undefined
  let computed: Digests | undefined
  let failed: { readonly error: unknown } | undefined

  async function next(): Promise<Uint8Array | undefined> {
    if (ended) return undefined
    try {
      const { done, value } = await reader.read()
      if (done) ended = true
      if (value === undefined) return undefined
      receivedBytes += value.byteLength
      sha512.update(value)
      others?.sha1.update(value)
      others?.sha256.update(value)
      if (receivedBytes > stored.sizeBytes) await stop()
      return value
    } catch (error) {
      ended = true
      failed = { error }
      throw error
    }
  }

  function whole(): string {
    digest ??= sha512.hex()
    return digest
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
    isUnchanged: () => receivedBytes === stored.sizeBytes && (stored.sha512 ?? whole()) === whole(),
    digests: () => {
      if (others !== undefined) computed ??= { ...hexOf(others), sha512: whole() }
      return computed
    },
    failure: () => failed,
    stop,
  }
}

function hexOf({ sha1, sha256 }: { readonly sha1: Hasher; readonly sha256: Hasher }) {
  return { sha1: sha1.hex(), sha256: sha256.hex() }
}
