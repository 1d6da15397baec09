import type { OrgName, TeamId, Username } from '../../src/model/ids.ts'
import type { SignedIn } from '../../src/model/principal.ts'
import type { OrgRole } from '../../src/model/standing.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { type Registry, wire, wireAccounts } from '../../src/wiring.ts'
import { account } from '../builders/account.ts'
import type { Stack } from './stack.ts'

/** An organisation with its teams, and members by name with their role and teams. Not by `npm org`, which has tests of its own. */
export async function company(
  { stores }: Stack,
  name: string,
  teams: readonly string[],
  members: Readonly<Record<string, readonly [role: OrgRole, ...teams: string[]]>>,
): Promise<void> {
  const org = name as OrgName
  const createdAt = new Date().toISOString()
  const owners = Object.keys(members).filter((member) => members[member]?.[0] === 'owner') as Username[]
  await stores.orgs.claim({ org, owners, generation: 0, createdAt })
  for (const team of teams) await stores.orgs.claimTeam({ org, name: team, teamId: teamId(name, team), createdAt })
  for (const [member, [role, ...theirs]] of Object.entries(members)) {
    const ids = theirs.map((team) => teamId(name, team))
    await stores.users.claim(account(member, { orgs: { [org]: role }, teams: ids }))
  }
}

/** Lets somebody log in: accounts of tests have no password that anybody could know. */
export async function givePassword({ config, stores }: Stack, name: string, password: string): Promise<void> {
  const before = await stores.users.get(name as Username)
  if (before === undefined) throw new Error(`${name} is nobody`)
  const { passwords } = wireAccounts(config, stores, webPlatform)
  await stores.users.replace(before, { passwordHash: passwords.hash(password) }, new Date().toISOString())
}

export function teamId(org: string, team: string): TeamId {
  return `${org}/${team}~aaaa` as TeamId
}

/** The use cases themselves, for what no protocol offers, and somebody who asks them. */
export function useCases(stack: Stack, platform: Platform = webPlatform) {
  const registry: Registry = wire(stack.config, platform)
  const as = async (name: string): Promise<SignedIn> => {
    const { token = '' } = await stack.as(name)
    const who = await registry.resolveCredential(token, { address: undefined, writes: true })
    if (who.kind !== 'user') throw new Error(`${name} is nobody`)
    return who
  }
  return { registry, as }
}
