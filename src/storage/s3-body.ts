import type { Platform } from '../std/platform.ts'
import { StorageError } from './aws.ts'

const idleMs = 30_000

/**
 * The body of a GetObject answer, which ends in a `StorageError` when it breaks off or stands still. Holds one chunk.
 */
export function watchedBody(response: Response, platform: Pick<Platform, 'sleep'>): ReadableStream<Uint8Array> {
  const reader = response.body?.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const arrived = new AbortController()
      const idle = platform.sleep(idleMs, arrived.signal).then(() => Promise.reject(new Error('stood still')))
      idle.catch(() => undefined)
      try {
        const next = reader ? await Promise.race([reader.read(), idle]) : undefined
        if (next && !next.done) controller.enqueue(next.value)
        else controller.close()
      } catch (cause) {
        controller.error(brokenOff(response, cause))
        reader?.cancel(cause).catch(() => undefined)
      } finally {
        arrived.abort()
      }
    },
    async cancel(reason) {
      await reader?.cancel(reason)
    },
  })
}

function brokenOff(response: Response, cause: unknown): StorageError {
  return new StorageError({
    service: 's3',
    operation: 'GetObject',
    status: response.status,
    code: 'BadAnswer',
    retryable: true,
    uncertain: false,
    detail: 'the object broke off',
    cause,
  })
}
