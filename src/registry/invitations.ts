import type { Username } from '../model/ids.ts'
import { anonymous } from '../model/principal.ts'
import { refuse } from '../model/refusals.ts'
import type { OrgRole, Role } from '../model/standing.ts'
import { isoNow } from '../std/platform.ts'
import type { Invitation, Invitations } from '../storage/invitations.ts'
import { type Administrator, requireAdministrator } from './access.ts'
import { type AccountDeps, createAccount, requireGoodAccount } from './accounts.ts'
import { linkSecretHash, newLinkSecret } from './link-secret.ts'
import { type MembershipDeps, requireOrg, settleRole } from './membership.ts'
import { orgName } from './org-name.ts'

export interface InvitationDeps extends AccountDeps, MembershipDeps {
  readonly invitations: Invitations
  /** Whether the settings allow invitations. */
  readonly takesInvitations: boolean
}

export interface NewInvitation {
  readonly roles: readonly Role[]
  /** Organisations that the account is to be in, and as what. */
  readonly orgs?: Readonly<Record<string, Exclude<OrgRole, 'owner'>>>
  /** Default 7. */
  readonly days?: number
}

/** A link that an administrator hands over. The secret is shown once; only its digest is stored. */
export interface IssuedLink {
  readonly secret: string
  readonly endsAtMs: number
}

/**
 * Makes an invitation, good for one account.
 * @throws Refusal `login_required`, `admin_required`, `invitations_off`, `org_name_invalid`, `org_not_found`
 */
export async function invite(
  deps: InvitationDeps,
  who: Administrator,
  { roles, orgs = {}, days = 7 }: NewInvitation,
): Promise<IssuedLink> {
  requireAdministrator(who)
  if (!deps.takesInvitations) throw refuse('invitations_off')
  for (const name of Object.keys(orgs)) await requireOrg(deps, orgName(name))
  const { secret, secretHash } = newLinkSecret(deps.platform)
  const invitation: Invitation = {
    secretHash,
    roles: [...roles],
    orgs,
    by: who === 'system' || who.kind !== 'user' ? 'system' : who.username,
    createdAt: isoNow(deps.platform),
    endsAtMs: deps.platform.now() + days * 86_400_000,
  }
  const entry = { action: 'invitation.create', target: targetOf(invitation), after: { roles, orgs, days } }
  await deps.audit.recorded(who, entry, () => deps.invitations.put(invitation)) // COMMIT: the link is good
  return { secret, endsAtMs: invitation.endsAtMs }
}

/** @throws Refusal `invitation_over` alike for one that ended, was used, or never was; `invitations_off` */
export async function readInvitation(deps: InvitationDeps, secret: string): Promise<Invitation> {
  if (!deps.takesInvitations) throw refuse('invitations_off')
  const secretHash = linkSecretHash(secret)
  const invitation = secretHash === undefined ? undefined : await deps.invitations.get(secretHash)
  if (invitation === undefined || invitation.endsAtMs <= deps.platform.now()) throw refuse('invitation_over')
  return invitation
}

export interface Invited {
  readonly username: string
  readonly password: string
  readonly email: string
}

/**
 * Makes the account that somebody was invited to. The link is tied to the first name that it is used for, so that two
 * at once make one account; sent again with the same name and password, it completes what was cut off.
 * @throws Refusal `invitation_over`, `invitations_off`, `user_exists`, and what `createAccount` refuses
 */
export async function acceptInvitation(deps: InvitationDeps, secret: string, asked: Invited): Promise<Username> {
  const invitation = await readInvitation(deps, secret)
  const name = requireGoodAccount(asked)
  const isMade = await isMadeAlready(deps, invitation, asked.password, name)
  if (!isMade && !(await deps.users.isFree(name))) throw refuse('user_exists', { username: name })
  const { roles, orgs, by } = invitation
  const entry = {
    action: 'invitation.accept',
    target: targetOf(invitation),
    after: { user: name, roles, orgs, invitedBy: by },
  }
  await deps.audit.recorded(anonymous, entry, () => carryOut(deps, invitation, { ...asked, name, isMade }), name)
  return name
}

async function carryOut(
  deps: InvitationDeps,
  invitation: Invitation,
  account: Invited & { readonly name: Username; readonly isMade: boolean },
): Promise<void> {
  const { name, isMade, username, password, email } = account
  const isOurs = await deps.invitations.take(invitation, name, deps.platform.now()) // COMMIT: good for this name alone
  if (!isOurs) throw refuse('invitation_over')
  if (!isMade) await createAccount(deps, { username, password, email, roles: invitation.roles }, anonymous)
  for (const [org, role] of Object.entries(invitation.orgs)) {
    await settleRole(deps, orgName(org), name, role) // repeatable
  }
  await deps.invitations.remove(invitation)
}

/** Whether a round before has made the account and was cut off: only who chose its password may go on. */
async function isMadeAlready(
  deps: InvitationDeps,
  invitation: Invitation,
  password: string,
  name: Username,
): Promise<boolean> {
  if (invitation.username !== name) return false
  const user = await deps.users.get(name)
  return user !== undefined && deps.passwords.matches(password, user.passwordHash)
}

/** How the audit log names an invitation: by the beginning of the digest, which opens nothing. */
function targetOf({ secretHash }: Invitation): string {
  return `invitation/${secretHash.slice(0, 12)}`
}
