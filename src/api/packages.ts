import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { formatIds } from '../model/ids.ts'
import { type Head, rights, visibilities } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { SearchHit } from '../registry/search.ts'
import { packageParams, packageRef } from './package-params.ts'
import { endpoint, json, pageOf, paging, resource, restriction } from './resource.ts'

/** Hits that a search ranks; there is nothing behind them. */
const mostHits = 500

const listedSchema = z
  .object({
    format: z.enum(formatIds),
    name: z.string(),
    visibility: z.enum(visibilities),
    latest: z.string().optional().openapi({ description: 'The version that the tag `latest` names.' }),
    description: z.string().optional().openapi({ description: 'Of the latest version; a search tells it.' }),
    keywords: z.array(z.string()).readonly().optional(),
    modifiedAt: z.iso.datetime(),
  })
  .openapi('ListedPackage')

const packageSchema = z
  .object({
    format: z.enum(formatIds),
    name: z.string(),
    visibility: z.enum(visibilities),
    organisation: z.string().optional(),
    owners: z.array(z.string()).readonly(),
    tags: z.record(z.string(), z.string()),
    isSensitive: z
      .boolean()
      .openapi({ description: 'Read by certain teams alone, and every download recorded first.' }),
    lock: restriction.optional().openapi({ description: 'Nothing can be published or changed.' }),
    blockedVersions: z.record(z.string(), z.string()).optional().openapi({ description: 'Reasons, by version.' }),
    yourRight: z.enum(['none', ...rights]).openapi({ description: '`none`: it is read as by anybody.' }),
    createdAt: z.iso.datetime(),
    modifiedAt: z.iso.datetime(),
  })
  .openapi('Package')

const list = endpoint({
  method: 'get',
  path: '/api/v1/packages',
  operationId: 'listPackages',
  summary: 'Find packages',
  description:
    'With `q`, the best of those that the asker may read, 500 at most. Without, all by name: for auditors and administrators.',
  tags: ['packages'],
  access: 'anyone',
  refuses: ['search_invalid', 'listing_not_allowed'],
  request: {
    query: paging.extend({
      format: z.enum(formatIds).default('npm'),
      q: z.string().min(1).max(200).optional().openapi({
        description: 'Words, and `keyword:`, `author:`, `maintainer:` or `scope:` before one.',
      }),
    }),
  },
  responses: { 200: json('Packages.', pageOf(listedSchema)) },
})

const read = endpoint({
  method: 'get',
  path: '/api/v1/packages/{format}/{package}',
  operationId: 'readPackage',
  summary: 'What a package is, and who owns it',
  tags: ['packages'],
  access: 'anyone',
  refuses: ['package_not_found', 'package_blocked'],
  request: { params: packageParams },
  responses: { 200: json('The package.', packageSchema) },
})

/** `/api/v1/packages`: finding and reading. */
export const packages = resource()
  .openapi(list, async (c) => {
    const { q, format, after, limit } = c.req.valid('query')
    const who = await asking(c)
    if (q === undefined) {
      const page = await c.var.registry.listPackages(who, format, { limit, ...(after === undefined ? {} : { after }) })
      return c.json({ ...nextOf(page.next), items: page.heads.filter(isPublished).map(listed) }, 200)
    }
    const from = positionIn(after)
    const { hits, total } = await c.var.registry.search(who, format, { text: q, from, size: limit })
    const end = from + hits.length
    return c.json({ ...nextOf(end < total ? String(end) : undefined), items: hits.map(found) }, 200)
  })
  .openapi(read, async (c) => {
    const who = await asking(c)
    const { head, right } = await c.var.registry.describePackage(who, packageRef(c, c.req.valid('param')))
    return c.json({ ...described(head), yourRight: right }, 200)
  })

function positionIn(after: string | undefined): number {
  if (after === undefined) return 0
  const from = /^\d{1,3}$/.test(after) ? Number(after) : Number.NaN
  if (!(from <= mostHits)) throw refuse('query_invalid', { problem: 'unknown "after"' })
  return from
}

const nextOf = (next: string | undefined) => (next === undefined ? {} : { next })
const isPublished = ({ revision }: Head) => revision !== undefined

function listed({ format, name, visibility, tags: { latest }, modifiedAt }: Head): z.infer<typeof listedSchema> {
  return { format, name, visibility, modifiedAt, ...(latest === undefined ? {} : { latest }) }
}

function found({ head, shown }: SearchHit): z.infer<typeof listedSchema> {
  return { ...listed(head), description: shown.description, keywords: shown.keywords }
}

function described(head: Head): Omit<z.infer<typeof packageSchema>, 'yourRight'> {
  const { format, name, visibility, org, owners, tags, sensitive, lock, blockedVersions, createdAt, modifiedAt } = head
  return {
    format,
    name,
    visibility,
    owners,
    tags,
    isSensitive: sensitive !== undefined,
    createdAt,
    modifiedAt,
    ...(org === undefined ? {} : { organisation: org }),
    ...(lock === undefined ? {} : { lock }),
    ...(blockedVersions === undefined ? {} : { blockedVersions }),
  }
}
