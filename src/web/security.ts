import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { formBody } from '../http/body.ts'
import { type AppEnv, routes } from '../http/env.ts'
import { type Problem, problemOf } from '../http/problem.ts'
import { dropSessionCookie } from '../http/session-cookie.ts'
import { visiting } from '../http/visiting.ts'
import { claimedAddress, visitorOf } from '../http/visitor.ts'
import type { SignedIn } from '../model/principal.ts'
import { secondFactorModes } from '../model/records.ts'
import { passkeyAnswer, registrationAnswer } from './passkey-form.ts'
import { appPage, codesPage, newPasskeyPage, overviewPage } from './security-pages.ts'

export const securityPath = '/-/account/security'

const password = z.string().min(1).max(1_000)
const forms = {
  begin: z.object({ password, mode: z.enum(secondFactorModes).default('auth-only') }),
  password: z.object({ password }),
  code: z.object({ code: z.string().min(1).max(100) }),
  passkeyName: z.object({ password, name: z.string().trim().min(1).max(60) }),
  passkey: z.object({ passkey: z.string().max(50_000) }),
  passkeyId: z.object({ id: z.string().max(2_000) }),
}

/** What the person can put right on the page itself. */
const correctable: ReadonlySet<string> = new Set([
  'credentials_wrong',
  'too_many_attempts',
  'second_factor_required',
  'second_factor_wrong',
  'second_factor_off',
  'too_many_passkeys',
  'last_passkey',
  'conflict',
])

type Handler = (c: Context<AppEnv>, who: SignedIn) => Promise<Response>

/** `/-/account/security`: an app, recovery codes and passkeys of one's own, and the end of all sessions. */
export const security: Hono<AppEnv> = routes()
  .get(securityPath, (c) => signedIn(c, overview))
  .post(`${securityPath}/confirm`, (c) => signedIn(c, confirmMyself))
  .post(`${securityPath}/app`, (c) => signedIn(c, beginApp))
  .post(`${securityPath}/app/confirm`, (c) => signedIn(c, confirmApp))
  .post(`${securityPath}/codes`, (c) => signedIn(c, renewCodes))
  .post(`${securityPath}/passkeys`, (c) => signedIn(c, beginPasskey))
  .post(`${securityPath}/passkeys/add`, (c) => signedIn(c, addPasskey))
  .post(`${securityPath}/passkeys/remove`, (c) => signedIn(c, removePasskey))
  .post(`${securityPath}/end`, (c) => signedIn(c, endFactor))
  .post(`${securityPath}/sessions/end`, (c) => signedIn(c, endSessions))

/** Runs a page for whoever has a session; others are sent to log in. What they can put right is said on the page. */
async function signedIn(c: Context<AppEnv>, handler: Handler): Promise<Response> {
  const who = await visiting(c)
  if (who.kind !== 'user') return c.redirect('/-/login', 303)
  try {
    return await handler(c, who)
  } catch (error) {
    const problem = problemOf(error, c.var.requestId)
    if (!correctable.has(problem.code)) throw error
    c.set('refusal', problem.code)
    return overview(c, who, problem)
  }
}

async function overview(c: Context<AppEnv>, who: SignedIn, problem?: Problem): Promise<Response> {
  const factor = await c.var.registry.readSecondFactor(who)
  const { sessions } = await c.var.registry.listSessions(who)
  return overviewPage(c, { who, factor, sessions, problem })
}

/** Sends somebody to show the second factor, after which they have a session that may do what demands it. */
const confirmMyself: Handler = async (c, who) =>
  c.redirect(`/-/second/${await c.var.registry.challengeMyself(who, visitorOf(c))}`, 303)

const beginApp: Handler = async (c, who) => {
  const { password: typed, mode } = await formBody(c, forms.begin)
  const { uri } = await c.var.registry.replaceSecondFactor(who, mode, confirmation(c, typed))
  return appPage(c, uri)
}

const confirmApp: Handler = async (c, who) => {
  const { code } = await formBody(c, forms.code)
  return codesPage(c, await c.var.registry.confirmSecondFactor(who, code))
}

const renewCodes: Handler = async (c, who) => {
  const { password: typed } = await formBody(c, forms.password)
  return codesPage(c, await c.var.registry.renewRecoveryCodes(who, confirmation(c, typed)))
}

const beginPasskey: Handler = async (c, who) => {
  const { password: typed, name } = await formBody(c, forms.passkeyName)
  return newPasskeyPage(c, await c.var.registry.beginPasskey(who, name, confirmation(c, typed)))
}

const addPasskey: Handler = async (c, who) => {
  const { passkey } = await formBody(c, forms.passkey)
  const codes = await c.var.registry.addPasskey(who, passkeyAnswer(registrationAnswer, passkey))
  return codes.length > 0 ? codesPage(c, codes) : c.redirect(securityPath, 303)
}

const removePasskey: Handler = async (c, who) => {
  await c.var.registry.removePasskey(who, (await formBody(c, forms.passkeyId)).id)
  return c.redirect(securityPath, 303)
}

const endFactor: Handler = async (c, who) => {
  const { password: typed } = await formBody(c, forms.password)
  await c.var.registry.endSecondFactor(who, confirmation(c, typed))
  return c.redirect(securityPath, 303)
}

const endSessions: Handler = async (c, who) => {
  await c.var.registry.endAllSessions(who)
  dropSessionCookie(c)
  return c.redirect('/-/login', 303)
}

function confirmation(c: Context<AppEnv>, typed: string) {
  return { password: typed, address: claimedAddress(c) }
}
