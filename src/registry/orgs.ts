import { formatIds, type OrgName, type TeamId, type Username } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head, Org } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { roleIn } from '../model/standing.ts'
import { randomId } from '../std/base62.ts'
import { isoNow } from '../std/platform.ts'
import type { AccessIndex } from '../storage/access-index.ts'
import type { Heads } from '../storage/heads.ts'
import type { Page, Paging } from '../storage/orgs.ts'
import {
  type Administrator,
  audits,
  isAdmin,
  type OrgAction,
  orgProblem,
  requireAccount,
  requireAdministrator,
} from './access.ts'
import type { AuditLog } from './audit-log.ts'
import { type MembershipDeps, requireOrg, settleRole } from './membership.ts'
import { everybodysTeam } from './new-names.ts'
import { orgName } from './org-name.ts'
import { username } from './username.ts'

export interface OrgDeps extends MembershipDeps {
  readonly audit: AuditLog
  readonly heads: Heads
  readonly accessIndex: AccessIndex
  /** Who may make an organisation. */
  readonly newOrgs: 'publishers' | 'admins'
}

export interface NewOrg {
  readonly name: string
  /** Without control characters. */
  readonly displayName?: string
  /** Whose it is to be, when that is somebody else: for administrators to say. */
  readonly owner?: string
}

/**
 * Makes an organisation, with its team of everybody and one owner. Tried again by the same owner, it completes what was
 * cut off.
 * @throws Refusal `login_required`, `token_limited`, `org_name_invalid`, `org_creation_refused`, `org_exists`,
 *   `user_not_found`
 */
export async function createOrg(deps: OrgDeps, who: Administrator, asked: NewOrg): Promise<Org> {
  const org = orgName(asked.name)
  const owner = ownerOf(who, asked)
  await requireNewOrg(deps, who, org)
  const made: Org = {
    org,
    ...(asked.displayName === undefined ? {} : { displayName: asked.displayName }),
    owners: [owner],
    generation: 1,
    createdAt: isoNow(deps.platform),
  }
  const entry = { action: 'org.create', target: `org/${org}`, after: { owner } }
  return deps.audit.recorded(who, entry, () => make(deps, made, owner))
}

async function make(deps: OrgDeps, made: Org, owner: Username): Promise<Org> {
  const { org, createdAt } = made
  if ((await deps.users.get(owner)) === undefined) throw refuse('user_not_found', { username: owner })
  // Accounts and organisations share one set of names
  if ((await deps.users.reserveForOrg(org, createdAt)) === 'taken') throw refuse('org_exists', { org })
  const claimed = (await deps.orgs.claim(made)) === 'claimed' // COMMIT: it is there, and its owner may complete it
  const standing = claimed ? made : await deps.orgs.get(org)
  if (standing === undefined || !(claimed || (await isHalfMade(deps, standing, owner)))) {
    throw refuse('org_exists', { org })
  }
  const teamId = newTeamId(deps, org, everybodysTeam)
  await deps.orgs.claimTeam({ org, name: everybodysTeam, teamId, createdAt }) // repeatable: the first one stays
  await settleRole(deps, org, owner, 'owner')
  return standing
}

/** Whoever guards an organisation is an owner by their account, but in one whose making was cut off. */
async function isHalfMade(deps: OrgDeps, { org, owners, closing }: Org, owner: Username): Promise<boolean> {
  if (closing || !owners.includes(owner)) return false
  const user = await deps.users.get(owner)
  return user !== undefined && roleIn(user.orgs, org) === undefined
}

function ownerOf(who: Administrator, { owner }: NewOrg): Username {
  if (who !== 'system' && owner === undefined) return requireAccount(who).username
  requireAdministrator(who)
  if (owner === undefined) throw refuse('body_invalid', { problem: 'it does not name an owner' })
  return username(owner)
}

async function requireNewOrg(deps: OrgDeps, who: Administrator, org: OrgName): Promise<void> {
  if (who === 'system' || isAdmin(who)) return
  const { roles } = requireAccount(who).standing
  const refused = (reason: string) => refuse('org_creation_refused', { org, reason })
  if (deps.newOrgs === 'admins') throw refused('only administrators of the registry may make one')
  if (!roles.includes('publisher')) throw refused('your account may only use packages, not make them')
  if ((await firstOfScope(deps, org)) !== undefined) {
    throw refused('its scope has packages already; an administrator can make it for you')
  }
}

/** A team that is made anew under an old name is another one, so that it inherits nothing. */
export function newTeamId({ platform }: Pick<OrgDeps, 'platform'>, org: OrgName, team: string): TeamId {
  return `${org}/${team}~${randomId(platform, 4)}` as TeamId
}

/** @throws Refusal `login_required`, `org_name_invalid`, `org_not_found` */
export async function readOrg(deps: OrgDeps, who: Principal, name: string): Promise<Org> {
  return requireOrg(deps, allowedOrg(who, 'see', name))
}

/** The organisation of that name, for whoever may do so much with it. @throws Refusal as `orgProblem` */
export function allowedOrg(who: Principal, action: OrgAction, name: string): OrgName {
  const org = orgName(name)
  const problem = orgProblem(who, action, org)
  if (problem !== undefined) throw problem
  return org
}

/**
 * The organisations that somebody may see, by name: those that they are in, or, for administrators and auditors, all, a
 * page at a time.
 * @throws Refusal `login_required`
 */
export async function listOrgs(deps: OrgDeps, who: Principal, paging: Paging): Promise<Page<OrgName>> {
  if (who.kind === 'anonymous') throw refuse('login_required')
  if (audits(who)) {
    const { entries, next } = await deps.orgs.list(paging)
    return { entries: entries.map(({ org }) => org), ...(next === undefined ? {} : { next }) }
  }
  const { after = '', limit } = paging
  const left = (Object.keys(who.standing.orgs) as OrgName[]).sort().filter((org) => org > after)
  const entries = left.slice(0, limit)
  const last = entries.at(-1)
  return { entries, ...(left.length > limit && last !== undefined ? { next: last } : {}) }
}

/** A package that an organisation has by the name of its scope. */
export async function firstOfScope({ heads }: Pick<OrgDeps, 'heads'>, org: OrgName): Promise<Head | undefined> {
  for (const format of formatIds) {
    const page = await heads.list(format, { after: `@${org}/`, limit: 1 })
    const [first] = page.heads
    if (first?.name.startsWith(`@${org}/`)) return first
  }
  return undefined
}
