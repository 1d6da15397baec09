import type { VersionRecord } from '../../model/records.ts'
import { log } from '../../std/log.ts'
import type { WorkProgress } from '../../storage/versions.ts'
import type { Reading } from './reading.ts'

const heartbeatMs = 20_000

export type NoteProgress = (reached: WorkProgress) => Promise<void>

/** How far a validation is. */
export class Progress {
  readonly #sizeBytes: number
  #checkedBytes = 0
  #reading: Reading | undefined

  constructor({ file }: VersionRecord) {
    this.#sizeBytes = file.sizeBytes
  }

  /** Counts the bytes that are read from now on, behind those of an earlier attempt. */
  watch(reading: Reading): ReadableStream<Uint8Array> {
    this.#reading = reading
    this.#checkedBytes = reading.digester?.bytes ?? 0
    return reading.staged.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          this.#checkedBytes += chunk.byteLength
          controller.enqueue(chunk)
        },
      }),
    )
  }

  /** What is worth noting now. */
  get noted(): WorkProgress {
    const { staged, digester } = this.#reading ?? {}
    const checkedBytes = this.#checkedBytes
    // With all bytes there is nothing left to go on with, and the digests have ended
    const isUnderWay = digester !== undefined && digester.bytes > 0 && digester.bytes < this.#sizeBytes
    if (staged === undefined || !isUnderWay) return { checkedBytes }
    return { checkedBytes, checkpoint: { ...digester.save(), etag: staged.etag } }
  }
}

/**
 * Keeps the sweeper away from a claim that is being worked on, tells who watches a large file how far it is, and notes
 * what the next attempt can go on with.
 * @returns ends it
 */
export function startHeartbeat(
  note: NoteProgress,
  record: VersionRecord,
  progress: Progress,
  progressMs: number,
): () => void {
  const isWatched = record.filename !== undefined
  const timer = setInterval(
    () => {
      note(isWatched ? progress.noted : {}).catch((error: unknown) => {
        log('warning', 'heartbeat_failed', `${record.name}@${record.version}: the job may be sent twice`, { error })
      })
    },
    isWatched ? progressMs : heartbeatMs,
  )
  return () => clearInterval(timer)
}
