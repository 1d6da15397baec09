import type { OrgName, Username } from '../../src/model/ids.ts'
import type { Principal } from '../../src/model/principal.ts'
import { Refusal } from '../../src/model/refusals.ts'
import { roleIn } from '../../src/model/standing.ts'
import type { Registry } from '../../src/wiring.ts'
import type { Actor } from './actor.ts'
import type { Stack } from './stack.ts'

/** Somebody as use cases know them. */
export async function principalOf(registry: Registry, actor: Actor): Promise<Principal> {
  return registry.resolveCredential(actor.token ?? '', { address: undefined, writes: true })
}

/** What an account says that it is in an organisation. */
export async function storedRole({ stores }: Stack, org: string, name: string) {
  const user = await stores.users.get(name as Username)
  return user && roleIn(user.orgs, org as OrgName)
}

/** The code of the refusal that something ends with; undefined when it is done. */
export async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

/** The body and method of a JSON request. */
export const json = (method: string, body: unknown): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})
