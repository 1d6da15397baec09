import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { asking } from '../http/authenticate.ts'
import type { AppEnv } from '../http/env.ts'
import { checkMoments } from '../model/check-script.ts'
import { refuse } from '../model/refusals.ts'
import { utf8Text } from '../std/utf8.ts'
import { packageParams, packageRef } from './package-params.ts'
import { done, endpoint, json, resource } from './resource.ts'

const about = {
  tags: ['settings'],
  access: 'account',
  path: '/api/v1/packages/{format}/{package}/check',
  request: { params: packageParams },
} as const
const manage = ['package_not_found', 'not_owner', 'conflict'] as const

const fields = {
  digest: z.string().openapi({ description: 'SHA-256 of its text, in hex: what versions remember it by.' }),
  moments: z.array(z.enum(checkMoments)).readonly().openapi({
    description: 'When it is asked: before a version is accepted, and before a file is handed out.',
  }),
}

const read = endpoint({
  ...about,
  method: 'get',
  operationId: 'readCheckScript',
  summary: 'The check script of a package',
  description: 'For those who may change the package, auditors and administrators.',
  refuses: ['package_not_found', 'check_script_not_found'],
  responses: { 200: json('The script.', z.object({ ...fields, script: z.string() }).openapi('CheckScriptText')) },
})

const set = endpoint({
  ...about,
  method: 'put',
  operationId: 'setCheckScript',
  summary: 'Let a script judge new versions, downloads, or both',
  description: 'JavaScript, a module of 100 kB at most, in UTF-8, that exports `publish`, `download`, or both.',
  refuses: [...manage, 'check_script_invalid', 'checks_off', 'check_unavailable'],
  request: {
    params: packageParams,
    body: { required: true, content: { 'text/javascript': { schema: z.string() } } },
  },
  responses: { 200: json('What judges from now on.', z.object(fields).openapi('CheckScript')) },
})

const remove = endpoint({
  ...about,
  method: 'delete',
  operationId: 'removeCheckScript',
  summary: 'Ask no script any more',
  refuses: manage,
  responses: done,
})

/** Check scripts of packages. */
export const checkScript = resource()
  .openapi(read, async (c) => {
    const who = await asking(c)
    return c.json(await c.var.registry.readCheckScript(who, packageRef(c, c.req.valid('param'))), 200)
  })
  .openapi(set, async (c) => {
    const who = await asking(c)
    const ref = packageRef(c, c.req.valid('param'))
    return c.json(await c.var.registry.setCheckScript(who, ref, await scriptText(c)), 200)
  })
  .openapi(remove, async (c) => {
    const who = await asking(c)
    await c.var.registry.removeCheckScript(who, packageRef(c, c.req.valid('param')))
    return c.body(null, 204)
  })

/**
 * The module in the body, which is as it was written only if it is sent as one: `curl --data @check.js` calls it a form,
 * and drops its line ends, after which a comment swallows the checks that follow it.
 * @throws Refusal `unsupported_media_type`, `check_script_invalid`
 */
async function scriptText(c: Context<AppEnv>): Promise<string> {
  // The older name is what some systems still know `.js` by (RFC 9239, 6)
  if (!/^(?:text|application)\/javascript\s*(?:;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw refuse('unsupported_media_type', { expected: 'text/javascript' })
  }
  const text = utf8Text(await c.req.arrayBuffer())
  if (text === undefined) throw refuse('check_script_invalid', { problem: 'it is not UTF-8' })
  return text
}
