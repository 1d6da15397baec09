import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import type { PackageFormat } from '../model/format.ts'
import { type ClaimId, type FileName, filesPerVersion } from '../model/ids.ts'
import type { VersionRecord } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { versionStatuses } from '../model/version-status.ts'
import { packageParams, packageRef, versionParams, versionRef } from './package-params.ts'
import { body, done, endpoint, json, pageOf, paging, resource } from './resource.ts'

const fields = {
  version: z.string(),
  status: z.enum(versionStatuses),
  statusAt: z.iso.datetime(),
  publisher: z.string(),
  publishedAt: z.iso.datetime().optional(),
  deprecated: z.string().optional().openapi({ description: 'What clients are told when they install it.' }),
  blocked: z.string().optional().openapi({ description: 'Why an administrator took it away.' }),
  file: z.object({
    filename: z.string(),
    sizeBytes: z.int(),
    sha1: z.string().optional(),
    sha256: z.string().optional(),
    sha512: z.string().optional().openapi({
      description: 'In hex, as are the others; absent until the file was checked, where it came past the registry.',
    }),
  }),
}

const versionSchema = z.object(fields).openapi('Version')
const versionWithFiles = z.object({ ...fields, files: z.array(versionSchema).optional() }).openapi('VersionWithFiles')

const change = ['package_not_found', 'not_owner', 'package_locked', 'version_not_found', 'conflict'] as const

const list = endpoint({
  method: 'get',
  path: '/api/v1/packages/{format}/{package}/versions',
  operationId: 'listVersions',
  summary: 'The versions of a package',
  description:
    'Those that are published; for those who may change the package, all that were ever sent. Where a version has many files, there is one entry for each.',
  tags: ['versions'],
  access: 'anyone',
  refuses: ['package_not_found', 'package_blocked'],
  request: { params: packageParams, query: paging },
  responses: { 200: json('Versions, in the order of their text.', pageOf(versionSchema)) },
})

const read = endpoint({
  method: 'get',
  path: '/api/v1/packages/{format}/{package}/versions/{version}',
  operationId: 'readVersion',
  summary: 'One version of a package',
  description: 'Where a version has many files, `files` has all of them, and the rest is what the first one says.',
  tags: ['versions'],
  access: 'anyone',
  refuses: ['package_not_found', 'package_blocked', 'version_not_found'],
  request: { params: versionParams },
  responses: {
    200: json('The version.', versionWithFiles),
  },
})

const unpublish = endpoint({
  method: 'delete',
  path: '/api/v1/packages/{format}/{package}/versions/{version}',
  operationId: 'unpublishVersion',
  summary: 'Unpublish one version',
  description: 'Its number can never be used again.',
  tags: ['versions'],
  access: 'account',
  refuses: change,
  request: { params: versionParams },
  responses: done,
})

const deprecation = '/api/v1/packages/{format}/{package}/versions/{version}/deprecation'

const deprecate = endpoint({
  method: 'put',
  path: deprecation,
  operationId: 'deprecateVersion',
  summary: 'Let clients be told something when they install a version',
  tags: ['versions'],
  access: 'account',
  refuses: change,
  request: { params: versionParams, ...body(z.strictObject({ text: z.string().min(1).max(1_024) })) },
  responses: done,
})

const undeprecate = endpoint({
  method: 'delete',
  path: deprecation,
  operationId: 'undeprecateVersion',
  summary: 'Take a deprecation back',
  tags: ['versions'],
  access: 'account',
  refuses: change,
  request: { params: versionParams },
  responses: done,
})

/** `/api/v1/packages/…/versions`. */
export const versions = resource()
  .openapi(list, async (c) => {
    const who = await asking(c)
    const ref = packageRef(c, c.req.valid('param'))
    const { after: text, limit } = c.req.valid('query')
    const after = text === undefined ? undefined : positionIn(c.var.registry.formats[ref.format], text)
    const page = await c.var.registry.listVersions(who, ref, { limit, ...(after === undefined ? {} : { after }) })
    return c.json({ items: page.records.map(shown), ...nextOf(page.next) }, 200)
  })
  .openapi(read, async (c) => {
    const who = await asking(c)
    const ref = versionRef(c, c.req.valid('param'))
    const records = await c.var.registry.describeVersion(who, ref)
    const files = filesPerVersion[ref.format] === 'many' ? { files: records.map(shown) } : {}
    return c.json({ ...shown(records[0]), ...files }, 200)
  })
  .openapi(unpublish, async (c) => {
    const who = await asking(c)
    await c.var.registry.unpublishVersion(who, versionRef(c, c.req.valid('param')))
    return c.body(null, 204)
  })
  .openapi(deprecate, async (c) => {
    const who = await asking(c)
    await c.var.registry.deprecateVersion(who, versionRef(c, c.req.valid('param')), c.req.valid('json').text)
    return c.body(null, 204)
  })
  .openapi(undeprecate, async (c) => {
    const who = await asking(c)
    await c.var.registry.deprecateVersion(who, versionRef(c, c.req.valid('param')), '')
    return c.body(null, 204)
  })

/** Where a list goes on: behind a version, or behind one of its files. @throws Refusal `query_invalid` */
function positionIn(format: PackageFormat, text: string): ClaimId {
  const [versionText = '', filename] = text.split('/')
  const version = format.canonicalVersion(versionText)
  if (version === undefined) throw refuse('query_invalid', { problem: 'unknown "after"' })
  return { version, ...(filename === undefined ? {} : { filename: filename as FileName }) }
}

function nextOf(next: ClaimId | undefined): { next?: string } {
  if (next === undefined) return {}
  return { next: next.filename === undefined ? next.version : `${next.version}/${next.filename}` }
}

function shown(record: VersionRecord): z.infer<typeof versionSchema> {
  const { version, status, statusAt, publisher, publishedAt, deprecated, blocked, file } = record
  return {
    version,
    status,
    statusAt,
    publisher,
    file,
    ...(publishedAt === undefined ? {} : { publishedAt }),
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(blocked === undefined ? {} : { blocked }),
  }
}
