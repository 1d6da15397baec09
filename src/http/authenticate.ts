import type { Context } from 'hono'
import { type Asking, anonymous, type SignedIn } from '../model/principal.ts'
import { refuse } from '../model/refusals.ts'
import type { CredentialUse } from '../registry/sign-in.ts'
import { base64ToBytes } from '../std/base64.ts'
import type { AppEnv } from './env.ts'
import { claimedAddress, trustedAddress, visitorOf } from './visitor.ts'

/** A proof has 55 characters. */
const longestCode = 100

/**
 * Who is asking, by the request's `Authorization`: `Bearer` with a token or a session, or `Basic` with one of them as
 * the password, for clients that can only do that. No header means anonymous; a wrong one never does: it is refused.
 * A second factor that comes along with a change is looked at here, once; whether one is needed is decided later.
 * @throws Refusal `token_invalid`, `token_limited`, `token_used_up`, `account_disabled`, `second_factor_wrong`,
 *   `too_many_attempts`, `too_many_requests`
 */
export function asking(c: Context<AppEnv>): Asking {
  const token = requestToken(c)
  if (token === undefined) return strangers(c).then(() => anonymous)
  const who = resolve(c, token, useOf(c))
  c.set('asking', who)
  return who
}

async function resolve(c: Context<AppEnv>, token: string, use: CredentialUse): Promise<SignedIn> {
  const who = await admitted(c, token, use)
  const code = use.writes ? requestCode(c) : undefined
  return code === undefined ? who : c.var.registry.showSecondFactor(who, code)
}

/** Who has shown a good credential; a bad one is a stranger's request. */
async function admitted(c: Context<AppEnv>, token: string, use: CredentialUse): Promise<SignedIn> {
  const { registry, traffic } = c.var
  const who = await registry.resolveCredential(token, use).catch(async (error: unknown) => {
    await strangers(c)
    throw error
  })
  await traffic.admitAccount(who.username, c.env.RATE_LIMIT_ACCOUNT)
  return who
}

function strangers(c: Context<AppEnv>): Promise<void> {
  return c.var.traffic.admitStranger(claimedAddress(c), c.env.RATE_LIMIT_ANONYMOUS)
}

/** The second factor that a request shows: a code, or the proof of a challenge. npm sends it with reads too. */
export function requestCode(c: Context<AppEnv>): string | undefined {
  const code = c.req.header('npm-otp')?.trim()
  return code === undefined || code === '' || code.length > longestCode ? undefined : code
}

/** Like `asking`, for a client that ends its own token: even one that is for reading only, or used up, may do that. */
export function leaving(c: Context<AppEnv>): Asking {
  const token = requestToken(c)
  if (token === undefined) return anonymous
  return c.var.registry.resolveCredential(token, { ...useOf(c), writes: false, isLeaving: true })
}

/** Every method but those that are safe by definition may change something (RFC 9110, 9.2.1). */
export function useOf(c: Context<AppEnv>): CredentialUse {
  const { addressPrefix } = visitorOf(c)
  return {
    address: trustedAddress(c),
    ...(addressPrefix === undefined ? {} : { addressPrefix }),
    writes: !['GET', 'HEAD', 'OPTIONS'].includes(c.req.method),
  }
}

/** The token that a request shows, if it shows any credentials. @throws Refusal `token_invalid` */
export function requestToken(c: Context<AppEnv>): string | undefined {
  const header = c.req.header('authorization')
  if (header === undefined) return undefined
  const [, scheme = '', value = ''] = /^([A-Za-z]+) +([^ ]+) *$/.exec(header) ?? []
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() === 'basic') return basicPassword(value)
  throw refuse('token_invalid')
}

function basicPassword(value: string): string {
  const text = new TextDecoder().decode(base64ToBytes(value))
  const colon = text.indexOf(':')
  if (colon === -1) throw refuse('token_invalid')
  return text.slice(colon + 1)
}
