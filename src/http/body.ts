import type { Context } from 'hono'
import type { z } from 'zod'
import { refuse } from '../model/refusals.ts'
import type { Pace } from '../std/pace.ts'
import type { AppEnv } from './env.ts'

/** Small JSON bodies: no client sends more than a few hundred bytes. */
const mostBytes = 64 * 1024

/**
 * Reads a small JSON body through its schema.
 * @param empty what no body at all stands for; absent: it is refused
 * @throws Refusal `body_too_large`, `body_invalid` naming the field
 */
export async function jsonBody<T>(c: Context<AppEnv>, schema: z.ZodType<T>, empty?: unknown): Promise<T> {
  const text = await readText(c)
  return parsed(schema, text === '' && empty !== undefined ? empty : parseJson(text))
}

/**
 * Reads a small form through its schema. Of a field that is there twice, the last counts.
 * @throws Refusal `unsupported_media_type`, `body_too_large`, `body_invalid`
 */
export async function formBody<T>(c: Context<AppEnv>, schema: z.ZodType<T>): Promise<T> {
  const expected = 'application/x-www-form-urlencoded'
  if (!(c.req.header('content-type') ?? '').toLowerCase().startsWith(expected)) {
    throw refuse('unsupported_media_type', { expected })
  }
  return parsed(schema, Object.fromEntries(new URLSearchParams(await readText(c))))
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
  throw refuse('body_invalid', { problem: `${issue?.message ?? 'it does not fit'}${place}` })
}

async function readText(c: Context<AppEnv>): Promise<string> {
  return new TextDecoder().decode(await readBytes(c, mostBytes))
}

/** A whole small body. @throws Refusal `body_too_large`, `body_too_slow` */
export async function readBytes(c: Context<AppEnv>, mostBytes: number): Promise<ArrayBuffer> {
  const reader = c.req.raw.body?.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (let next = await read(reader, c.var.pace); next !== undefined; next = await read(reader, c.var.pace)) {
      size += next.byteLength
      if (size > mostBytes) throw refuse('body_too_large', { mostBytes })
      chunks.push(next)
    }
  } finally {
    reader?.releaseLock()
  }
  return new Blob(chunks).arrayBuffer()
}

/** Whether there is more than nothing in a body; what there is is not to be read any more. @throws Refusal `body_too_slow` */
export async function hasBytes(c: Context<AppEnv>): Promise<boolean> {
  const reader = c.req.raw.body?.getReader()
  try {
    let next = await read(reader, c.var.pace)
    while (next?.byteLength === 0) next = await read(reader, c.var.pace)
    return next !== undefined
  } finally {
    reader?.releaseLock()
  }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array> | undefined, pace: Pace) {
  return reader === undefined ? undefined : (await pace(reader.read())).value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refuse('body_invalid', { problem: 'it is not JSON' })
  }
}
