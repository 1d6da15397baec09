import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import type { PartLink } from '../registry/uploads/parts.ts'
import { body, done, endpoint, json, pageOf, paging, resource, time } from './resource.ts'
import {
  partNumber,
  saidPart,
  sha256,
  shownUpload,
  uploadRequest,
  uploadSchema,
  wantedUpload,
} from './upload-shapes.ts'

const about = { tags: ['uploads'], access: 'account' } as const
/** What anything about a session may refuse. */
export const uploadOfSession = ['upload_not_found', 'not_owner', 'package_locked'] as const
const ofVersion = ['version_taken', 'version_released', 'version_unpublished', 'creation_refused'] as const
const params = z.object({ id: z.string().max(100) })

const open = endpoint({
  ...about,
  method: 'post',
  path: '/api/v1/uploads',
  operationId: 'openUpload',
  summary: 'Begin to upload a file of any size',
  description: 'The same file again, while its upload is open, is the upload that is open.',
  refuses: [
    ...ofVersion,
    'not_owner',
    'package_locked',
    'package_blocked',
    'package_name_invalid',
    'version_invalid',
    'filename_invalid',
    'tag_invalid',
    'too_many_files',
    'upload_too_large',
    'quota_exceeded',
  ],
  request: body(uploadRequest),
  responses: { 201: json('It is open now.', uploadSchema), 200: json('It was open already.', uploadSchema) },
})

const list = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/uploads',
  operationId: 'listUploads',
  summary: 'One’s own uploads',
  description: 'Those that are open, and those that ended within a month.',
  request: { query: paging },
  responses: { 200: json('Uploads.', pageOf(uploadSchema)) },
})

const read = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/uploads/{id}',
  operationId: 'readUpload',
  summary: 'How far an upload is',
  refuses: ['upload_not_found'],
  request: { params },
  responses: { 200: json('The upload.', uploadSchema) },
})

const standingParts = z.object({
  parts: z.array(z.object({ number: partNumber, sizeBytes: z.int(), sha256: sha256.optional() })),
  next: z.int().optional(),
})

const listParts = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/uploads/{id}/parts',
  operationId: 'listParts',
  summary: 'The parts that stand in storage',
  refuses: uploadOfSession,
  request: { params, query: z.object({ after: z.coerce.number().int().min(0).optional() }) },
  responses: { 200: json('Parts by number, 1000 at a time.', standingParts) },
})

export const signRefuses = [...uploadOfSession, 'upload_closed', 'part_invalid'] as const

export const partLink = z.object({
  number: partNumber,
  method: z.literal('PUT'),
  url: z.string(),
  headers: z.record(z.string(), z.string()).openapi({ description: 'To be sent just so: they are signed.' }),
  expiresAt: time,
})

const sign = endpoint({
  ...about,
  method: 'post',
  path: '/api/v1/uploads/{id}/parts',
  operationId: 'signParts',
  summary: 'Get links to send parts to storage',
  description: 'Each takes just the bytes that are described. Asking for them keeps the upload open for another day.',
  refuses: signRefuses,
  request: { params, ...body(z.strictObject({ parts: z.array(saidPart).min(1).max(100) })) },
  responses: { 200: json('A link for each.', z.object({ parts: z.array(partLink) })) },
})

export const completeRefuses = [
  ...uploadOfSession,
  ...ofVersion,
  'upload_closed',
  'upload_incomplete',
  'too_many_files',
  'quota_exceeded',
  'validation_refused',
  'conflict',
] as const

const complete = endpoint({
  ...about,
  method: 'post',
  path: '/api/v1/uploads/{id}/complete',
  operationId: 'completeUpload',
  summary: 'Publish what was uploaded',
  description: 'The same again is the same answer.',
  refuses: completeRefuses,
  request: {
    params,
    ...body(
      z.strictObject({
        parts: z.array(saidPart).max(10_000).optional().openapi({ description: 'What was sent, to be compared.' }),
        release: z.boolean().optional(),
      }),
    ),
  },
  responses: { 200: json('It is published.', uploadSchema), 202: json('It is being validated.', uploadSchema) },
})

const abort = endpoint({
  ...about,
  method: 'delete',
  path: '/api/v1/uploads/{id}',
  operationId: 'abortUpload',
  summary: 'Give an upload up',
  refuses: [...uploadOfSession, 'upload_closed'],
  request: { params },
  responses: done,
})

/** `/api/v1/uploads`: files that go to storage past the registry. */
export const uploads = resource()
  .openapi(open, async (c) => {
    const who = await asking(c)
    const { upload, isNew } = await c.var.registry.openUpload(who, wantedUpload(c, c.req.valid('json')))
    const shown = shownUpload(c, { upload, state: 'open' })
    return isNew ? c.json(shown, 201, { location: `/api/v1/uploads/${upload.id}` }) : c.json(shown, 200)
  })
  .openapi(list, async (c) => {
    const who = await asking(c)
    const { after, limit } = c.req.valid('query')
    const page = await c.var.registry.listUploads(who, { limit, ...(after === undefined ? {} : { after }) })
    const items = page.uploads.map((view) => shownUpload(c, view))
    return c.json({ items, ...(page.next === undefined ? {} : { next: page.next }) }, 200)
  })
  .openapi(read, async (c) => {
    const who = await asking(c)
    return c.json(shownUpload(c, await c.var.registry.showUpload(who, c.req.valid('param').id)), 200)
  })
  .openapi(listParts, async (c) => {
    const who = await asking(c)
    const page = await c.var.registry.listParts(who, c.req.valid('param').id, c.req.valid('query').after)
    const parts = page.parts.map(({ partNumber: number, sizeBytes, sha256: digest }) => ({
      number,
      sizeBytes,
      ...(digest === undefined ? {} : { sha256: digest }),
    }))
    return c.json({ parts, ...(page.next === undefined ? {} : { next: page.next }) }, 200)
  })
  .openapi(sign, async (c) => {
    const who = await asking(c)
    const links = await c.var.registry.signParts(who, c.req.valid('param').id, c.req.valid('json').parts)
    return c.json({ parts: shownLinks(links) }, 200)
  })
  .openapi(complete, async (c) => {
    const who = await asking(c)
    const id = c.req.valid('param').id
    const { parts, release } = c.req.valid('json')
    const { outcome } = await c.var.registry.completeUpload(who, id, {
      ...(parts === undefined ? {} : { parts }),
      ...(release === true ? { releases: true } : {}),
    })
    const shown = shownUpload(c, await c.var.registry.showUpload(who, id))
    return outcome === 'published' ? c.json(shown, 200) : c.json(shown, 202)
  })
  .openapi(abort, async (c) => {
    const who = await asking(c)
    await c.var.registry.abortUpload(who, c.req.valid('param').id)
    return c.body(null, 204)
  })

export function shownLinks(links: readonly PartLink[]): z.infer<typeof partLink>[] {
  return links.map((link) => ({ method: 'PUT', ...link, headers: { ...link.headers } }))
}
