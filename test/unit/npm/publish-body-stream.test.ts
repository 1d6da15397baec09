import { describe, expect, test } from 'vitest'
import { splitPublishBody } from '../../../src/npm/publish-body.ts'

const limits = { bodyBytes: 1_000_000, metadataBytes: 100_000, values: 100, depth: 16, attachmentBytes: 500_000 }
const head = '{"_attachments":{"x-1.0.0.tgz":{"data":"'

describe('the stream', () => {
  /** A body that never ends; how often it was pulled, and how often cancelled. */
  function endless(head: string, more: string, type?: 'bytes') {
    const seen = { pulled: 0, cancelled: 0 }
    const source = {
      pull(controller: ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>) {
        controller.enqueue(new TextEncoder().encode(seen.pulled === 0 ? head : more))
        seen.pulled += 1
      },
      cancel() {
        seen.cancelled += 1
      },
    }
    const strategy = { highWaterMark: 0 }
    const stream =
      type === undefined
        ? new ReadableStream<Uint8Array>(source, strategy)
        : new ReadableStream({ ...source, type }, strategy)
    return { stream, seen }
  }
  const kinds = [
    ['of chunks', undefined],
    ['of bytes', 'bytes'],
  ] as const

  test.each(kinds)('%s is left unread after the first thing that is wrong', async (_, type) => {
    const { stream, seen } = endless(head, '!'.repeat(70_000), type)
    const result = splitPublishBody(stream, limits, () => ({ write: () => undefined }))
    await expect(result).rejects.toMatchObject({ code: 'body_invalid' })
    expect(seen).toEqual({ pulled: 2, cancelled: 0 })
    expect(stream.locked).toBe(false)
  })

  test('is left unread after the limit', async () => {
    const { stream, seen } = endless(head, 'AAAA'.repeat(25_000))
    const result = splitPublishBody(stream, { ...limits, attachmentBytes: 1e9 }, () => ({ write: () => undefined }))
    await expect(result).rejects.toMatchObject({ code: 'body_too_large', fields: { mostBytes: 1_000_000 } })
    expect(seen).toEqual({ pulled: 11, cancelled: 0 })
  })

  test.each(kinds)('%s is left unread when the sink fails, which says why', async (_, type) => {
    const { stream, seen } = endless(head, 'AAAA'.repeat(20_000), type)
    const result = splitPublishBody(stream, limits, () => ({ write: () => Promise.reject(new Error('S3 is down')) }))
    await expect(result).rejects.toThrow('S3 is down')
    expect(seen.cancelled).toBe(0)
    expect(stream.locked).toBe(false)
  })

  test.each(kinds)('%s that breaks off breaks this off', async (_, type) => {
    const fail = (controller: { error(reason: unknown): void }) => controller.error(new Error('reset'))
    const stream = type === undefined ? new ReadableStream({ pull: fail }) : new ReadableStream({ pull: fail, type })
    await expect(splitPublishBody(stream, limits, () => ({ write: () => undefined }))).rejects.toThrow('reset')
  })

  test.each(kinds)('%s waits for the sink, and is never ahead of it', async (_, type) => {
    const { stream, seen } = endless(head, 'AAAA'.repeat(20_000), type)
    const waiting: (() => void)[] = []
    const result = splitPublishBody(stream, limits, () => ({ write: () => new Promise((go) => waiting.push(go)) }))
    const ended = expect(result).rejects.toMatchObject({ code: 'body_too_large' })
    for (let writes = 1; writes <= 5; writes++) {
      await expect.poll(() => waiting.length, { interval: 1 }).toBe(writes)
      const pulled = seen.pulled
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
      expect([waiting.length, seen.pulled]).toEqual([writes, pulled])
      waiting.at(-1)?.()
    }
    const timer = setInterval(() => waiting.at(-1)?.(), 0)
    await ended
    clearInterval(timer)
  })
})
