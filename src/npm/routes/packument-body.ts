import type { Context } from 'hono'
import type { AppEnv } from '../../http/env.ts'
import { refuse } from '../../model/refusals.ts'
import type { JsonObject } from '../../std/json.ts'
import { splitPublishBody } from '../publish-body.ts'

/**
 * Everything but the tarball. A publish needs a few hundred KB; what sets the limit is a deprecation, which sends all
 * versions back: a packument of some 4,000 of them. Parsed, this takes a good part of an isolate's memory at most.
 */
export const metadataLimits = { metadataBytes: 12_000_000, values: 400_000, depth: 64 } as const

/** The body of a request that must have one, in JSON. @throws Refusal `unsupported_media_type`, `body_too_large`, `body_invalid` */
export function requireJson(c: Context<AppEnv>, mostBytes: number): ReadableStream<Uint8Array> {
  const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw refuse('unsupported_media_type', { expected: 'application/json' })
  if (Number(c.req.header('content-length') ?? 0) > mostBytes) throw refuse('body_too_large', { mostBytes })
  const body = c.req.raw.body
  if (body === null) throw refuse('body_invalid', { problem: 'it is empty' })
  return body
}

/**
 * Reads a whole packument that a client sends back. Holds it a few times: bytes, text, objects.
 * @throws Refusal like `requireJson`
 */
export async function packumentBody(c: Context<AppEnv>): Promise<JsonObject> {
  const bodyBytes = metadataLimits.metadataBytes
  const limits = { ...metadataLimits, bodyBytes, attachmentBytes: 0 }
  const nothing = { write: () => undefined }
  const body = requireJson(c, bodyBytes)
  const { metadata, attachment } = await splitPublishBody(body, limits, () => nothing, c.var.pace)
  if (attachment !== undefined) throw refuse('body_invalid', { problem: 'it has a tarball where none belongs' })
  return metadata
}
