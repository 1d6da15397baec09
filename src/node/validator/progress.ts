/** How far a validation is. */
export interface Progress {
  checkedBytes: number
}

/** Counts the bytes that are read. */
export function watched(source: ReadableStream<Uint8Array>, progress: Progress): ReadableStream<Uint8Array> {
  return source.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        progress.checkedBytes += chunk.byteLength
        controller.enqueue(chunk)
      },
    }),
  )
}
