import { TOTP, URI } from 'otpauth'
import { inject } from 'vitest'
import type { SecondFactorMode } from '../../../src/model/records.ts'
import { Actor, json } from '../../support/actor.ts'
import type { Access } from './client.ts'
import { logIn, password } from './registry.ts'

type RegistryName = 'registry' | 'closedRegistry'

type OwnAccess = Access & { readonly token: string }

/** An account of one's own, by the request that `npm adduser --auth-type=legacy` makes. */
export async function newAccount(name: string, to: RegistryName = 'registry'): Promise<OwnAccess> {
  const { url } = inject(to)
  const answer = await fetch(`${url}/-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    // Some ten may be made from one address: as behind a proxy, each comes from its own
    headers: { 'content-type': 'application/json', 'cf-connecting-ip': nextAddress() },
    body: JSON.stringify({ _id: `org.couchdb.user:${name}`, name, password, email: `${name}@example.org` }),
  })
  const body: { token?: string } = JSON.parse(await answer.text())
  if (body.token === undefined) throw new Error(`no account ${name}: ${answer.status} ${JSON.stringify(body)}`)
  return { registry: `${url}/`, token: body.token }
}

/**
 * The same with a second factor, set up by the requests that `npm profile enable-2fa` makes.
 * @returns how to reach the registry, and what the app shows: each code is good for one credential
 */
export async function accountWithFactor(
  name: string,
  mode: SecondFactorMode,
  to: RegistryName = 'registry',
): Promise<{ readonly access: OwnAccess; readonly code: () => string }> {
  const access = await newAccount(name, to)
  const owner = new Actor(inject(to).url, access.token)
  const send = (tfa: unknown) => owner.json('/-/npm/v1/user', json('POST', { tfa }))
  const { tfa: uri } = await send({ mode, password })
  const app = URI.parse(String(uri))
  if (!(app instanceof TOTP)) throw new Error(`no app for ${name}: ${uri}`)
  await send([app.generate()])
  // A clock may be early by one step: the step that confirmed it is over
  return { access, code: () => app.generate({ timestamp: Date.now() + 30_000 }) }
}

/** An organisation, made by the administrator of the registry at its own edge, which knows it from then on. */
export async function organisation(name: string, owner: string): Promise<void> {
  const { url } = inject('registry')
  const admin = new Actor(url, await logIn(url, 'admin'))
  const answer = await admin.fetch('/api/v1/organisations', json('POST', { name, owner }))
  if (answer.status !== 201) throw new Error(`no organisation ${name}: ${answer.status} ${await answer.text()}`)
  await answer.text()
}

let accounts = 0

/** @see RFC 5737: for documentation, so nobody's */
function nextAddress(): string {
  accounts += 1
  return `203.0.113.${accounts}`
}
