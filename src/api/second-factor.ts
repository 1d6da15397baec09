import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { asking } from '../http/authenticate.ts'
import type { AppEnv } from '../http/env.ts'
import { claimedAddress } from '../http/visitor.ts'
import { secondFactorModes } from '../model/records.ts'
import { body, done, endpoint, json, resource, shownOnce } from './resource.ts'

const about = { tags: ['second-factor'], access: 'account' } as const
const path = '/api/v1/auth/second-factor'
const password = z
  .string()
  .min(1)
  .max(1_000)
  .openapi({ description: 'One’s own: a stolen token does not change this.' })
const mode = z.enum(secondFactorModes).openapi({
  description: '`auth-only`: asked for when one logs in. `auth-and-writes`: for every change too.',
})
const confirmed = ['credentials_wrong', 'conflict'] as const

const read = endpoint({
  ...about,
  method: 'get',
  path,
  operationId: 'readSecondFactor',
  summary: 'What one can show beside the password',
  responses: {
    200: json(
      'No secret, and no digest of one.',
      z
        .object({
          mode: mode.optional().openapi({ description: 'Absent: there is none.' }),
          hasApp: z.boolean(),
          codesLeft: z.int().openapi({ description: 'Recovery codes that are left.' }),
          passkeys: z.array(z.object({ id: z.string(), name: z.string(), createdAt: z.iso.datetime() })).readonly(),
        })
        .openapi('SecondFactor'),
    ),
  },
})

const beginApp = endpoint({
  ...about,
  method: 'post',
  path: `${path}/app`,
  operationId: 'beginApp',
  summary: 'Begin to set up an app that shows codes (TOTP)',
  description:
    'It counts once a code of it was sent, within ten minutes; until then, what there is stays. Begun again, the app before is none.',
  refuses: [...confirmed, 'second_factor_off'],
  request: body(z.strictObject({ password, mode })),
  responses: {
    201: json(
      'What the app is given; shown once.',
      z.object({
        uri: z.string().openapi({ description: 'To be opened, or drawn as a QR code.', example: 'otpauth://totp/…' }),
        secret: z.string().openapi({ description: 'The same for typing, base32.' }),
      }),
    ),
  },
})

const confirmApp = endpoint({
  ...about,
  method: 'post',
  path: `${path}/app/confirm`,
  operationId: 'confirmApp',
  summary: 'End setting up an app, by a code of it',
  description: 'The second factor is asked for from now on. If the answer is lost, make new recovery codes.',
  refuses: ['conflict'],
  request: body(z.strictObject({ code: z.string().min(1).max(100) })),
  responses: { 200: shownOnce },
})

const change = endpoint({
  ...about,
  method: 'put',
  path: `${path}/mode`,
  operationId: 'changeSecondFactor',
  summary: 'Say what the second factor is asked for',
  refuses: confirmed,
  request: body(z.strictObject({ password, mode })),
  responses: done,
})

const renewCodes = endpoint({
  ...about,
  method: 'post',
  path: `${path}/recovery-codes`,
  operationId: 'renewRecoveryCodes',
  summary: 'Make new recovery codes in the place of those that are left',
  refuses: confirmed,
  request: body(z.strictObject({ password })),
  responses: { 201: shownOnce },
})

const end = endpoint({
  ...about,
  method: 'post',
  path: `${path}/end`,
  operationId: 'endSecondFactor',
  summary: 'Have no second factor any more: app, passkeys and codes are forgotten',
  description: 'Takes the password and, in `npm-otp`, a code. Where there is none, that is fine.',
  refuses: confirmed,
  request: body(z.strictObject({ password })),
  responses: done,
})

const endOf = endpoint({
  ...about,
  method: 'delete',
  path: '/api/v1/users/{username}/second-factor',
  operationId: 'endSecondFactorOfUser',
  summary: 'Take away the second factor of somebody who has lost it. For administrators',
  description:
    'From then on, the password alone lets them in: make sure first who asks. If something was stolen, end their logins too.',
  refuses: ['admin_required', 'username_invalid', 'user_not_found', 'own_account_kept', 'conflict'],
  request: { params: z.object({ username: z.string() }) },
  responses: done,
})

/** `/api/v1/auth/second-factor`: an app and recovery codes. */
export const secondFactor = resource()
  .openapi(read, async (c) => {
    return c.json(await c.var.registry.readSecondFactor(await asking(c)), 200)
  })
  .openapi(beginApp, async (c) => {
    const { password: shown, mode: wanted } = c.req.valid('json')
    const { uri } = await c.var.registry.replaceSecondFactor(await asking(c), wanted, confirmation(c, shown))
    return c.json({ uri, secret: new URL(uri).searchParams.get('secret') ?? '' }, 201)
  })
  .openapi(confirmApp, async (c) => {
    const recoveryCodes = await c.var.registry.confirmSecondFactor(await asking(c), c.req.valid('json').code)
    return c.json({ recoveryCodes }, 200)
  })
  .openapi(change, async (c) => {
    const { password: shown, mode: wanted } = c.req.valid('json')
    await c.var.registry.changeSecondFactor(await asking(c), wanted, confirmation(c, shown))
    return c.body(null, 204)
  })
  .openapi(renewCodes, async (c) => {
    const shown = confirmation(c, c.req.valid('json').password)
    return c.json({ recoveryCodes: await c.var.registry.renewRecoveryCodes(await asking(c), shown) }, 201)
  })
  .openapi(end, async (c) => {
    await c.var.registry.endSecondFactor(await asking(c), confirmation(c, c.req.valid('json').password))
    return c.body(null, 204)
  })
  .openapi(endOf, async (c) => {
    await c.var.registry.endSecondFactorOf(await asking(c), c.req.valid('param').username)
    return c.body(null, 204)
  })

function confirmation(c: Context<AppEnv>, shown: string) {
  return { password: shown, address: claimedAddress(c) }
}
