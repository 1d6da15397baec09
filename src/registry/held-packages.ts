import { type FormatId, formatIds, type OrgName, type PackageName } from '../model/ids.ts'
import { organisationOf } from '../model/organisation.ts'
import type { Principal } from '../model/principal.ts'
import type { Grantee, Head, Holder, Right } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { pagesOf } from '../std/pages.ts'
import type { AccessIndex } from '../storage/access-index.ts'
import type { Heads } from '../storage/heads.ts'
import type { Orgs, Page, Paging } from '../storage/orgs.ts'
import { type AccessRules, accessProblem, loginProblem, orgProblem } from './access.ts'
import { teamName } from './org-name.ts'
import { username } from './username.ts'

export interface HeldDeps {
  readonly heads: Heads
  readonly orgs: Orgs
  readonly accessIndex: AccessIndex
  readonly rules: AccessRules
}

/** A package and what somebody may do with it by a right of their own. */
export interface HeldPackage {
  readonly name: PackageName
  readonly right: Right
}

export type HeldPage = Page<HeldPackage>

/** Everybody who has a right of their own in a package. */
export function holdersOf(head: Head): readonly Holder[] {
  const org = organisationOf(head)
  const owners = head.owners.map((name) => `user/${name}` as const)
  const granted = Object.keys(head.grants ?? {}) as Grantee[]
  return [...new Set<Holder>([...owners, ...granted, ...(org === undefined ? [] : [`org/${org}` as const])])]
}

/**
 * The packages that a user owns or was given, as far as the asker may read them; what was given to others is told to
 * those alone who may know who has access. What teams have is not among them. Nobody is told whether an account exists.
 * @param paging at most 100 at a time; a page may have fewer and not be the last
 * @throws Refusal `login_required`, `username_invalid`
 */
export async function packagesOfUser(
  deps: HeldDeps,
  who: Principal,
  format: FormatId,
  name: string,
  paging: Paging,
): Promise<HeldPage> {
  const isOneself = who.kind === 'user' && who.username === name
  const user = username(name)
  const grantee: Grantee = `user/${user}`
  return pageOf(deps, who, { format, holder: grantee }, paging, (head) => {
    if (head.owners.includes(user)) return 'admin'
    const mayKnow = isOneself || accessProblem(who, 'inspect', head, deps.rules) === undefined
    return mayKnow ? head.grants?.[grantee] : undefined
  })
}

/** The packages of an organisation that the asker may read. @throws Refusal `login_required`, `org_not_found` */
export async function packagesOfOrg(
  deps: HeldDeps,
  who: Principal,
  format: FormatId,
  org: OrgName,
  paging: Paging,
): Promise<HeldPage> {
  const problem = orgProblem(who, 'see', org)
  if (problem !== undefined) throw problem
  if ((await deps.orgs.get(org)) === undefined) throw refuse('org_not_found', { org })
  return pageOf(deps, who, { format, holder: `org/${org}` }, paging, (head) =>
    organisationOf(head) === org ? 'admin' : undefined,
  )
}

/**
 * The packages that a team was given, as far as the asker may read them.
 * @throws Refusal `login_required`, `org_not_found`, `team_name_invalid`, `team_not_found`
 */
export async function packagesOfTeam(
  deps: HeldDeps,
  who: Principal,
  format: FormatId,
  { org, name }: { readonly org: OrgName; readonly name: string },
  paging: Paging,
): Promise<HeldPage> {
  const problem = orgProblem(who, 'see', org)
  if (problem !== undefined) throw problem
  const team = await deps.orgs.team(org, teamName(name))
  if (team === undefined) throw refuse('team_not_found', { org, team: name })
  const grantee: Grantee = `team/${team.teamId}`
  return pageOf(deps, who, { format, holder: grantee }, paging, (head) => head.grants?.[grantee])
}

/** The heads of all packages that the index proposes for somebody, whatever they say now: two requests a page. */
export async function* headsOf(
  { accessIndex, heads }: Pick<HeldDeps, 'accessIndex' | 'heads'>,
  holder: Holder,
): AsyncGenerator<Head, void> {
  for (const format of formatIds) {
    for await (const names of pagesOf((after) => accessIndex.find(format, holder, { limit: 100, ...after }))) {
      yield* (await heads.many(names.map((name) => ({ format, name })))).values()
    }
  }
}

/** The index proposes, heads decide: two requests a page, however many packages there are. */
async function pageOf(
  deps: HeldDeps,
  who: Principal,
  list: { readonly format: FormatId; readonly holder: Holder },
  paging: Paging,
  rightIn: (head: Head) => Right | undefined,
): Promise<HeldPage> {
  const problem = loginProblem(who, deps.rules)
  if (problem !== undefined) throw problem
  const { entries: names, next } = await deps.accessIndex.find(list.format, list.holder, paging)
  const heads = await deps.heads.many(names.map((name) => ({ format: list.format, name })))
  const entries = names.flatMap((name): HeldPackage[] => {
    const head = heads.get(name)
    if (head?.revision === undefined || accessProblem(who, 'read', head, deps.rules) !== undefined) return []
    const right = rightIn(head)
    return right === undefined ? [] : [{ name, right }]
  })
  return { entries, ...(next === undefined ? {} : { next }) }
}
