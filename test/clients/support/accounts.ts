import { inject } from 'vitest'
import type { Access } from './client.ts'
import { password } from './registry.ts'

/** An account of one's own, by the request that `npm adduser --auth-type=legacy` makes. */
export async function newAccount(name: string): Promise<Access & { readonly token: string }> {
  const { url } = inject('registry')
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

let accounts = 0

/** @see RFC 5737: for documentation, so nobody's */
function nextAddress(): string {
  accounts += 1
  return `203.0.113.${accounts}`
}
