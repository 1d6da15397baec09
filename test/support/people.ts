import type { OrgName, Username } from '../../src/model/ids.ts'
import type { Principal } from '../../src/model/principal.ts'
import { Refusal } from '../../src/model/refusals.ts'
import { roleIn } from '../../src/model/standing.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { type Registry, wire } from '../../src/wiring.ts'
import { type Actor, problemIn } from './actor.ts'
import { type Stack, type StackOptions, startStack } from './stack.ts'

/**
 * A stack, the use cases on it, and people who have a token of their own each.
 * @returns beside them `as`, which says who somebody is to the use cases
 */
export async function startPeople<N extends string>(names: readonly N[], options: StackOptions = {}) {
  const stack = await startStack(options)
  const registry = wire(stack.config, webPlatform)
  const tokens = await Promise.all(names.map(async (name) => [name, await stack.as(name)] as const))
  const people = Object.fromEntries(tokens) as Record<N, Actor>
  return { stack, registry, as: (actor: Actor) => principalOf(registry, actor), ...people }
}

/** Somebody as use cases know them. */
export async function principalOf(registry: Registry, actor: Actor): Promise<Principal> {
  return registry.resolveCredential(actor.token ?? '', { address: undefined, writes: true })
}

/** What an account says that it is in an organisation. */
export async function storedRole({ stores }: Stack, org: string, name: string) {
  const user = await stores.users.get(name as Username)
  return user && roleIn(user.orgs, org as OrgName)
}

/** The code of the problem that an answer says. */
export async function codeIn(answer: Promise<Response>): Promise<string | undefined> {
  return (await problemIn(await answer))[1]
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
