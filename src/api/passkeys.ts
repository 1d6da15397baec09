import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { registrationAnswer } from '../http/passkey-answer.ts'
import { printable } from '../http/printable.ts'
import { claimedAddress } from '../http/visitor.ts'
import { body, done, endpoint, json, resource, shownOnce } from './resource.ts'

const about = { tags: ['second-factor'], access: 'account' } as const
const path = '/api/v1/auth/second-factor/passkeys'
const one = { params: z.object({ id: z.string().max(2_000) }) }
const name = z.string().trim().min(1).max(60).openapi({ description: 'What its owner calls it.' })

const begin = endpoint({
  ...about,
  method: 'post',
  path,
  operationId: 'beginPasskey',
  summary: 'Begin to add a passkey',
  description: 'Browsers make passkeys for the site of this registry alone, within ten minutes from now.',
  refuses: ['credentials_wrong', 'too_many_passkeys', 'conflict'],
  request: body(z.strictObject({ password: z.string().min(1).max(1_000), name })),
  responses: {
    201: json(
      'What `PublicKeyCredential.parseCreationOptionsFromJSON` takes (WebAuthn 3).',
      z.looseObject({ challenge: z.string() }).openapi('PasskeyOptions'),
    ),
  },
})

const add = endpoint({
  ...about,
  method: 'post',
  path: `${path}/confirm`,
  operationId: 'addPasskey',
  summary: 'Add the passkey that a browser has made',
  description: 'The first second factor of an account brings recovery codes, and is asked for from now on.',
  refuses: ['conflict'],
  request: body(z.strictObject({ passkey: registrationAnswer })),
  responses: { 201: shownOnce },
})

const rename = endpoint({
  ...about,
  method: 'patch',
  path: `${path}/{id}`,
  operationId: 'renamePasskey',
  summary: 'Call a passkey something else',
  refuses: ['passkey_not_found'],
  request: { ...one, ...body(z.strictObject({ name })) },
  responses: done,
})

const remove = endpoint({
  ...about,
  method: 'delete',
  path: `${path}/{id}`,
  operationId: 'removePasskey',
  summary: 'Remove a passkey',
  description: 'Not the last thing that one has to show: end the second factor instead.',
  refuses: ['last_passkey'],
  request: one,
  responses: done,
})

/** Passkeys of one's own, for pages of other makers: what `navigator.credentials` takes and gives. */
export const passkeys = resource()
  .openapi(begin, async (c) => {
    const who = await asking(c)
    const { password, name: called } = c.req.valid('json')
    const shown = { password, address: claimedAddress(c) }
    const { challenge, ...options } = await c.var.registry.beginPasskey(who, printable(called), shown)
    return c.json({ challenge: String(challenge), ...options }, 201)
  })
  .openapi(add, async (c) => {
    const recoveryCodes = await c.var.registry.addPasskey(await asking(c), c.req.valid('json').passkey)
    return c.json({ recoveryCodes }, 201)
  })
  .openapi(rename, async (c) => {
    await c.var.registry.renamePasskey(await asking(c), c.req.valid('param').id, printable(c.req.valid('json').name))
    return c.body(null, 204)
  })
  .openapi(remove, async (c) => {
    await c.var.registry.removePasskey(await asking(c), c.req.valid('param').id)
    return c.body(null, 204)
  })
