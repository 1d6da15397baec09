import type { OrgName, Username } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { isoNow } from '../std/platform.ts'
import type { AccessIndex } from '../storage/access-index.ts'
import type { Stars } from '../storage/stars.ts'
import { requireAdmin } from './access.ts'
import { changeAccount, inRounds } from './change-account.ts'
import { headsOf } from './held-packages.ts'
import { type MembershipDeps, settleRole } from './membership.ts'
import { type SettingsDeps, settingsOf } from './package-settings.ts'
import type { Tokens } from './tokens.ts'
import { requireOther, type UserDeps } from './users.ts'

export interface DeleteUserDeps extends UserDeps, MembershipDeps, SettingsDeps {
  readonly accessIndex: AccessIndex
  readonly tokens: Tokens
  readonly stars: Stars
}

/** Things that are named in a refusal. */
const mostNamed = 10

/**
 * Deletes an account. What they have published stays; their place among owners and members, tokens and stars go. Nobody
 * can have the name again, so nobody inherits what it was given. Cut off, the account is disabled, and has to be deleted
 * once more.
 * @throws Refusal `login_required`, `admin_required`, `user_not_found`, `own_account_kept`; `user_needed` while they are
 *   the last owner of a package or an organisation
 */
export async function deleteUser(deps: DeleteUserDeps, who: Principal, name: string): Promise<void> {
  requireAdmin(who)
  const user = await requireOther(deps, who, name)
  const things = await ownedAlone(deps, user)
  if (things.length > 0) throw refuse('user_needed', { username: user.username, things: things.join(', ') })
  const entry = {
    action: 'user.delete',
    target: `user/${user.username}`,
    before: { roles: user.roles, orgs: user.orgs, teams: user.teams },
  }
  await deps.audit.recorded(who, entry, () => remove(deps, who, user.username))
}

async function remove(deps: DeleteUserDeps, who: Principal, name: Username): Promise<void> {
  const by = requireAdmin(who).username
  const disabled = { reason: 'This account is being deleted.', by, at: isoNow(deps.platform) }
  await changeAccount(deps, name, () => ({ disabled })) // repeatable: nothing new is made in their name from here
  await disown(deps, who, name) // repeatable
  await deps.tokens.revokeAll(name) // repeatable
  await deps.stars.removeAll(name) // repeatable
  await inRounds(deps.platform, async () => {
    const user = await deps.users.get(name)
    if (user === undefined) return true
    const orgs = Object.keys(user.orgs) as OrgName[]
    for (const org of orgs) await settleRole(deps, org, name, undefined) // repeatable
    return orgs.length === 0 && deps.users.bury(user, isoNow(deps.platform)) // COMMIT: the name is nobody's
  })
  deps.accounts.forget(name)
}

/** Takes somebody off the owners of every package. @throws Refusal `last_owner` when they became the last one since */
async function disown(deps: DeleteUserDeps, who: Principal, name: Username): Promise<void> {
  for await (const head of headsOf(deps, `user/${name}`)) {
    if (head.revision === undefined) continue // nothing is left of it but its name, which stays taken
    await settingsOf(deps, who, head, 'owners', (current) => {
      const owners = current.owners.filter((owner) => owner !== name)
      if (owners.length === 0) throw refuse('last_owner', { package: head.name })
      return owners.length === current.owners.length ? undefined : { owners }
    })
  }
}

/** What nobody else owns, as a person would name it. */
async function ownedAlone(deps: DeleteUserDeps, user: User): Promise<readonly string[]> {
  const things: string[] = []
  for (const org of Object.keys(user.orgs) as OrgName[]) {
    const standing = user.orgs[org] === 'owner' ? await deps.orgs.get(org) : undefined
    const isAlone = standing?.owners.every((owner) => owner === user.username) ?? false
    if (isAlone) things.push(`the organisation "${org}"`)
  }
  for await (const head of headsOf(deps, `user/${user.username}`)) {
    if (things.length === mostNamed) return [...things, 'and more']
    const isAlone = head.owners.length === 1 && head.owners[0] === user.username
    if (head.revision !== undefined && isAlone) things.push(`the package "${head.name}"`)
  }
  return things
}
