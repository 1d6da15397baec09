import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { visibilities } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { packageParams, packageRef } from './package-params.ts'
import { body, done, endpoint, json, resource } from './resource.ts'

const about = {
  tags: ['settings'],
  access: 'account',
  refuses: ['package_not_found', 'not_owner', 'conflict'],
} as const
const settings = z.object({ visibility: z.enum(visibilities), secondFactor: z.enum(['none', 'publish', 'automation']) })

const change = endpoint({
  ...about,
  method: 'patch',
  path: '/api/v1/packages/{format}/{package}/settings',
  operationId: 'changeSettings',
  summary: 'Change who sees a package, and whether its publishers show a second factor',
  description: 'What is left out stays. `automation`: as `publish`, but not asked of automation tokens.',
  request: { params: packageParams, ...body(settings.partial().strict()) },
  responses: { 200: json('What holds now.', settings) },
})

const ownerParams = packageParams.extend({ username: z.string() })

const addOwner = endpoint({
  ...about,
  refuses: [...about.refuses, 'user_not_found', 'owner_not_member', 'too_many_owners'],
  method: 'put',
  path: '/api/v1/packages/{format}/{package}/owners/{username}',
  operationId: 'addOwner',
  summary: 'Make somebody an owner',
  request: { params: ownerParams },
  responses: done,
})

const removeOwner = endpoint({
  ...about,
  refuses: [...about.refuses, 'last_owner'],
  method: 'delete',
  path: '/api/v1/packages/{format}/{package}/owners/{username}',
  operationId: 'removeOwner',
  summary: 'Let somebody be an owner no more',
  request: { params: ownerParams },
  responses: done,
})

const tagParams = packageParams.extend({ tag: z.string().openapi({ example: 'latest' }) })
const tagRefuses = [...about.refuses, 'package_locked', 'tag_invalid'] as const

const setTag = endpoint({
  ...about,
  refuses: [...tagRefuses, 'version_not_found', 'too_many_tags'],
  method: 'put',
  path: '/api/v1/packages/{format}/{package}/tags/{tag}',
  operationId: 'setTag',
  summary: 'Point a tag to a version',
  request: { params: tagParams, ...body(z.strictObject({ version: z.string().min(1).max(256) })) },
  responses: done,
})

const removeTag = endpoint({
  ...about,
  refuses: [...tagRefuses, 'tag_not_found', 'tag_latest_required'],
  method: 'delete',
  path: '/api/v1/packages/{format}/{package}/tags/{tag}',
  operationId: 'removeTag',
  summary: 'Remove a tag',
  request: { params: tagParams },
  responses: done,
})

/** Settings of a package that are a word or a name each: visibility, owners, tags. */
export const packageSettings = resource()
  .openapi(change, async (c) => {
    const who = await asking(c)
    const ref = packageRef(c, c.req.valid('param'))
    const { visibility, secondFactor } = c.req.valid('json')
    return c.json(
      await c.var.registry.changePackage(who, ref, {
        ...(visibility === undefined ? {} : { visibility }),
        ...(secondFactor === undefined ? {} : { secondFactor }),
      }),
      200,
    )
  })
  .openapi(addOwner, async (c) => {
    const who = await asking(c)
    const { username, ...named } = c.req.valid('param')
    await c.var.registry.changeOwners(who, packageRef(c, named), { add: [username], remove: [] })
    return c.body(null, 204)
  })
  .openapi(removeOwner, async (c) => {
    const who = await asking(c)
    const { username, ...named } = c.req.valid('param')
    await c.var.registry.changeOwners(who, packageRef(c, named), { add: [], remove: [username] })
    return c.body(null, 204)
  })
  .openapi(setTag, async (c) => {
    const who = await asking(c)
    const { tag, ...named } = c.req.valid('param')
    const ref = packageRef(c, named)
    const { tagName, canonicalVersion } = c.var.registry.formats[ref.format]
    const text = c.req.valid('json').version
    const version = canonicalVersion(text)
    if (version === undefined) throw refuse('version_not_found', { version: text })
    await c.var.registry.setTag(who, ref, tagName(tag), version)
    return c.body(null, 204)
  })
  .openapi(removeTag, async (c) => {
    const who = await asking(c)
    const { tag, ...named } = c.req.valid('param')
    const ref = packageRef(c, named)
    await c.var.registry.removeTag(who, ref, c.var.registry.formats[ref.format].tagName(tag))
    return c.body(null, 204)
  })
