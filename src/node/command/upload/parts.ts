/** A file as the parts that it is sent in, counted from 1. All have `partBytes`, but the last. */
export interface Layout {
  readonly sizeBytes: number
  readonly partBytes: number
  readonly partCount: number
}

/** Where a part is in the file. */
export function rangeOf({ sizeBytes, partBytes }: Layout, number: number): { start: number; sizeBytes: number } {
  const start = (number - 1) * partBytes
  return { start, sizeBytes: Math.min(partBytes, sizeBytes - start) }
}

/** Whether the parts are the whole file, no more and no less: an empty file is one empty part. */
export function isWhole({ sizeBytes, partBytes, partCount }: Layout): boolean {
  return partCount === Math.max(1, Math.ceil(sizeBytes / partBytes))
}
