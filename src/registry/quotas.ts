import type { OrgName, Username } from '../model/ids.ts'
import type { Quota, Quotas } from '../model/quota.ts'
import type { Org, User } from '../model/records.ts'
import type { Payer } from '../model/stored.ts'
import { toJson } from '../std/json.ts'
import type { Orgs } from '../storage/orgs.ts'
import type { Users } from '../storage/users.ts'
import { type Administrator, requireAdministrator } from './access.ts'
import { changeAccount, inRounds, requireUser } from './change-account.ts'
import { requireOrg } from './membership.ts'
import { orgName } from './org-name.ts'
import type { OrgDeps } from './orgs.ts'
import { username } from './username.ts'

/** A user or an organisation, as far as this is about them. */
type HasQuota = Pick<User | Org, 'quota'>

export interface QuotaDeps {
  readonly users: Users
  readonly orgs: Orgs
  /** What holds where an administrator has not said otherwise. */
  readonly quotas: Quotas
}

/** How much somebody may have: what an administrator said of them, else what the settings say. One read, consistent. */
export async function quotaOf(deps: QuotaDeps, payer: Payer): Promise<Quota> {
  const name = payer.slice(payer.indexOf('/') + 1)
  const account = await (payer.startsWith('org/') ? deps.orgs.get(name as OrgName) : deps.users.get(name as Username))
  return quotaIn(deps, payer, account)
}

/** The same of an account that was read. */
export function quotaIn({ quotas }: Pick<QuotaDeps, 'quotas'>, payer: Payer, account: HasQuota | undefined): Quota {
  return { ...(payer.startsWith('org/') ? quotas.organisation : quotas.user), ...account?.quota }
}

/**
 * Says how much an account may have, as a whole; undefined: as the settings say. What it has already stays.
 * @throws Refusal `login_required`, `admin_required`, `user_not_found`, `username_invalid`, `conflict`
 */
export async function setUserQuota(
  deps: OrgDeps,
  who: Administrator,
  name: string,
  quota: Quota | undefined,
): Promise<void> {
  requireAdministrator(who)
  const user = await requireUser(deps, username(name))
  const entry = { action: 'user.quota', target: `user/${user.username}`, ...change(user.quota, quota) }
  await deps.audit.recorded(who, entry, () => changeAccount(deps, user.username, () => ({ quota }))) // COMMIT: in there
}

/** The same of an organisation. @throws Refusal `login_required`, `admin_required`, `org_not_found`, `conflict` */
export async function setOrgQuota(
  deps: OrgDeps,
  who: Administrator,
  name: string,
  quota: Quota | undefined,
): Promise<void> {
  requireAdministrator(who)
  const { org, quota: before } = await requireOrg(deps, orgName(name))
  const entry = { action: 'org.quota', target: `org/${org}`, ...change(before, quota) }
  await deps.audit.recorded(who, entry, () =>
    inRounds(deps.platform, async () => {
      const { quota: _, ...standing } = await requireOrg(deps, org)
      const after = { ...standing, ...(quota === undefined ? {} : { quota }), generation: standing.generation + 1 }
      return deps.orgs.replace(standing, after) // COMMIT when replaced
    }),
  )
}

/** What the record of a change says. */
function change(before: Quota | undefined, after: Quota | undefined) {
  return { before: toJson({ quota: before }), after: toJson({ quota: after }) }
}
