import type { S3 } from './s3.ts'
import type { ObjectHeaders, UploadedPart, WriteCondition } from './s3-objects.ts'

/** A few seconds each, within the bucket. */
const partBytes = 256 * 1024 ** 2
const mostParts = 10_000

export interface Copy {
  readonly from: string
  readonly to: string
  readonly headers: ObjectHeaders
}

export interface CopyState {
  readonly sizeBytes: number
  /** The copy that an earlier attempt began, and may have finished. */
  readonly begun: string | undefined
  /** Told before each part: what is noted survives a crash. What was begun and not noted, the bucket's lifecycle removes. */
  readonly noted: (copy: string) => Promise<void>
}

/** Puts the parts together, if the condition holds of what stands at the place. */
export type Finish = (
  condition: WriteCondition,
) => Promise<{ readonly etag: string } | 'precondition_failed' | 'missing'>

/**
 * Copies an object of any size within the bucket, part by part, and goes on with a copy that was cut off. Nothing is at
 * the place until `Finish` says so.
 */
export async function copyInParts(s3: S3, copy: Copy, { sizeBytes, begun, noted }: CopyState): Promise<Finish> {
  const standing = begun === undefined ? undefined : await s3.listParts(copy.to, begun)
  const uploadId =
    begun === undefined || standing === undefined ? await s3.createMultipart(copy.to, copy.headers) : begun
  const parts = new Map<number, UploadedPart>((standing ?? []).map((part) => [part.partNumber, part]))
  for (const { partNumber, ...range } of rangesOf(sizeBytes)) {
    if (parts.has(partNumber)) continue
    await noted(uploadId) // repeatable: the parts so far stand
    const etag = await s3.copyPart(copy.from, { key: copy.to, uploadId, partNumber }, range)
    if (etag === 'missing') return async () => 'missing'
    parts.set(partNumber, { partNumber, etag })
  }
  await noted(uploadId)
  const ordered = [...parts.values()].sort((a, b) => a.partNumber - b.partNumber)
  return (condition) => s3.completeMultipart(copy.to, uploadId, ordered, { condition, sizeBytes })
}

function* rangesOf(sizeBytes: number) {
  const stepBytes = Math.max(partBytes, Math.ceil(sizeBytes / mostParts))
  for (let start = 0, partNumber = 1; start < sizeBytes; start += stepBytes, partNumber += 1) {
    yield { partNumber, start, end: Math.min(start + stepBytes, sizeBytes) - 1 }
  }
}
