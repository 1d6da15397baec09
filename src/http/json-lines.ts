/**
 * Items as JSON lines, each read when the client takes it. The first one is waited for, so that a refusal is still one;
 * what fails later breaks the answer off, which a client can tell from its end.
 */
export async function jsonLines(items: AsyncGenerator<object, void>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder()
  let next = await items.next()
  return new ReadableStream({
    async pull(controller) {
      if (next.done) return controller.close()
      controller.enqueue(encoder.encode(`${JSON.stringify(next.value)}\n`))
      next = await items.next()
    },
    async cancel() {
      await items.return()
    },
  })
}
