import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { jsonLines } from '../http/json-lines.ts'
import type { AuditEntry } from '../model/audit.ts'
import { withoutUndefined } from '../std/defined.ts'
import { endpoint, json, pageOf, paging, period, resource, text } from './resource.ts'

const entrySchema = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    action: z.string().openapi({ example: 'package.visibility' }),
    actor: z.string().openapi({ description: 'A user, `anonymous`, or `system`.' }),
    credential: z.string().optional().openapi({ description: '`token/<id>` or `session/<id>`.' }),
    address: z.string().optional(),
    target: z.string().openapi({ example: 'package/npm/@acme/lib' }),
    before: z.record(z.string(), z.unknown()).optional(),
    after: z.record(z.string(), z.unknown()).optional(),
    failed: z.string().optional().openapi({ description: 'The change was not made after all: why.' }),
  })
  .openapi('AuditEntry')

const filter = period.extend({
  actor: z.string().min(1).max(80).optional(),
  target: z.string().min(1).max(300).optional().openapi({ example: 'package/npm/@acme/lib' }),
  action: z.string().min(1).max(80).optional(),
})

const about = {
  tags: ['audit'],
  access: 'account',
  refuses: [
    'audit_not_allowed',
    'package_not_found',
    'package_name_invalid',
    'not_owner',
    'org_not_found',
    'org_right_required',
    'org_name_invalid',
  ],
} as const

const who =
  'Auditors and administrators read all; others what they did (`actor`) and what was done to what they govern (`target`). Without `from`, the last 90 days.'

const list = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/audit',
  operationId: 'readAudit',
  summary: 'Who changed what, newest first',
  description: who,
  request: { query: paging.extend(filter.shape) },
  responses: { 200: json('Entries.', pageOf(entrySchema)) },
})

const exported = endpoint({
  ...about,
  method: 'get',
  path: '/api/v1/audit/export',
  operationId: 'exportAudit',
  summary: 'The same, whole, as JSON lines',
  description: `${who} An answer that is broken off was not all: narrow the period.`,
  request: { query: filter },
  responses: { 200: text('An entry a line.', 'application/jsonl', z.string()) },
})

/** `/api/v1/audit`. */
export const audit = resource()
  .openapi(list, async (c) => {
    const page = await c.var.registry.readAuditTrail(await asking(c), withoutUndefined(c.req.valid('query')))
    return c.json({ items: page.entries.map(shown), ...(page.next === undefined ? {} : { next: page.next }) }, 200)
  })
  .openapi(exported, async (c) => {
    const entries = c.var.registry.exportAuditTrail(await asking(c), withoutUndefined(c.req.valid('query')))
    return c.body(await jsonLines(entries), 200, {
      'content-type': 'application/jsonl',
      'content-disposition': 'attachment; filename="audit.jsonl"',
    })
  })

const shown = (entry: AuditEntry): z.infer<typeof entrySchema> => ({ ...entry })
