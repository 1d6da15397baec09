import { refuse } from '../model/refusals.ts'
import type { Invitation, InvitationPosition } from '../storage/invitations.ts'
import { type Administrator, requireAdministrator } from './access.ts'
import { type InvitationDeps, targetOf } from './invitations.ts'

/** An invitation that is still good, as administrators see it. `id` names it and opens nothing. */
export interface StandingInvitation extends Omit<Invitation, 'secretHash'> {
  readonly id: string
}

export interface StandingInvitations {
  readonly entries: readonly StandingInvitation[]
  /** What to go on after. */
  readonly next?: string
}

/**
 * Invitations that are still good, newest first, a page at a time, a moment late; a page may have fewer than asked for
 * and not be the last.
 * @throws Refusal `login_required`, `admin_required`, `query_invalid`
 */
export async function listInvitations(
  deps: Pick<InvitationDeps, 'invitations' | 'platform'>,
  who: Administrator,
  { after, limit }: { readonly after?: string; readonly limit: number },
): Promise<StandingInvitations> {
  requireAdministrator(who, 'see')
  const position = after === undefined ? {} : { after: readPosition(after) }
  const { invitations, next } = await deps.invitations.list({ limit, ...position })
  const good = invitations.filter(({ endsAtMs }) => endsAtMs > deps.platform.now())
  return {
    entries: good.map(({ secretHash, ...invitation }) => ({ id: secretHash, ...invitation })),
    ...(next === undefined ? {} : { next: `${next.createdAt}~${next.secretHash}` }),
  }
}

function readPosition(text: string): InvitationPosition {
  const [, createdAt, secretHash] = /^([0-9TZ:.-]{20,30})~([0-9a-f]{64})$/.exec(text) ?? []
  if (createdAt === undefined || secretHash === undefined) throw refuse('query_invalid', { problem: 'unknown "after"' })
  return { createdAt, secretHash }
}

/**
 * Makes an invitation good for nobody. One that is used, over or revoked is so already. Whoever was first to use it has
 * their account.
 * @throws Refusal `login_required`, `admin_required`
 */
export async function revokeInvitation(
  deps: Pick<InvitationDeps, 'invitations' | 'audit'>,
  who: Administrator,
  id: string,
): Promise<void> {
  requireAdministrator(who)
  const invitation = /^[0-9a-f]{64}$/.test(id) ? await deps.invitations.get(id) : undefined
  if (invitation === undefined) return
  const { roles, orgs, by } = invitation
  const entry = { action: 'invitation.revoke', target: targetOf(invitation), before: { roles, orgs, invitedBy: by } }
  await deps.audit.recorded(who, entry, () => deps.invitations.remove(invitation)) // COMMIT: nobody's
}
