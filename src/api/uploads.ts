import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import type { PartLink } from '../registry/uploads/parts.ts'
import { reportAnswer } from './reports.ts'
import { body, done, endpoint, json, pageOf, paging, resource, text, time } from './resource.ts'
import { abortedUpload, completedUpload, openedUpload } from './upload-answers.ts'
import {
  completionOf,
  completionRequest,
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

export const openRefuses = [
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
] as const

export const opened = {
  201: json('It is open now.', uploadSchema),
  200: json('It was open already.', uploadSchema),
} as const

const open = endpoint({
  ...about,
  method: 'post',
  path: '/api/v1/uploads',
  operationId: 'openUpload',
  summary: 'Begin to upload a file of any size',
  description:
    'The same file again, while its upload is open, is the upload that is open. A dry run is validated like any file, ' +
    'and publishes nothing.',
  refuses: openRefuses,
  request: body(uploadRequest),
  responses: opened,
})

const list = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/uploads',
  operationId: 'listUploads',
  summary: 'One’s own uploads',
  description: 'Those that are open come first, then those that ended within a month.',
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

export const completed = {
  200: json('It is published; or, of a dry run, decided.', uploadSchema),
  202: json('It is being validated.', uploadSchema),
} as const

const complete = endpoint({
  ...about,
  method: 'post',
  path: '/api/v1/uploads/{id}/complete',
  operationId: 'completeUpload',
  summary: 'Publish what was uploaded',
  description:
    'The same again is the same answer. A dry run is `valid` or `invalid` then, with the reasons; or `failed`, where it ' +
    'could not be judged.',
  refuses: completeRefuses,
  request: {
    params,
    ...body(completionRequest),
  },
  responses: completed,
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

const report = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/uploads/{id}/report',
  operationId: 'readUploadReport',
  summary: 'What validation found in a dry run',
  refuses: ['upload_not_found', 'report_not_found'],
  request: { params },
  responses: { 200: text('The report.', 'application/json', reportAnswer) },
})

/** `/api/v1/uploads`: files that go to storage past the registry. */
export const uploads = resource()
  .openapi(open, (c) => openedUpload(c, wantedUpload(c, c.req.valid('json'))))
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
  .openapi(complete, (c) => completedUpload(c, c.req.valid('param').id, completionOf(c.req.valid('json'))))
  .openapi(report, async (c) => {
    const found = await c.var.registry.readDryRunReport(await asking(c), c.req.valid('param').id)
    const { name, version, outcome, reasons = [] } = found.upload
    return c.json(found.report ?? { package: name, version, verdict: outcome, findings: reasons }, 200)
  })
  .openapi(abort, (c) => abortedUpload(c, c.req.valid('param').id))

export function shownLinks(links: readonly PartLink[]): z.infer<typeof partLink>[] {
  return links.map((link) => ({ method: 'PUT', ...link, headers: { ...link.headers } }))
}
