import type { Username } from '../model/ids.ts'
import { organisationOf } from '../model/organisation.ts'
import { type Grantee, type Head, type Right, rights } from '../model/records.ts'
import { roleIn, type Standing } from '../model/standing.ts'

/** What was worked out, for as long as an isolate knows both: a head or an account that is read anew is another object. */
const known = new WeakMap<Head, WeakMap<Standing, Right | 'none'>>()

/**
 * What somebody may do with a package, by what they are and what they were given: the most of it. Whether everybody may
 * read it, and what the token may, is not asked here. Warm, this is one look-up, however many teams and grants there are.
 */
export function rightOf(username: Username, standing: Standing, head: Head): Right | 'none' {
  const worked = known.get(head)?.get(standing)
  if (worked !== undefined) return worked
  const right = workOut(username, standing, head)
  const ofHead = known.get(head) ?? new WeakMap<Standing, Right | 'none'>()
  known.set(head, ofHead.set(standing, right))
  return right
}

function workOut(username: Username, standing: Standing, head: Head): Right | 'none' {
  if (standing.roles.includes('admin') || head.owners.includes(username)) return 'admin'
  if (governs(standing, head)) return 'admin'
  const grants = Object.entries(head.grants ?? {}) as [Grantee, Right][]
  const given = grants.filter(([grantee]) => isMeant(grantee, username, standing)).map(([, right]) => right)
  return rights.findLast((right) => given.includes(right)) ?? 'none'
}

/** Owners and administrators of an organisation may do everything with its packages. */
function governs(standing: Standing, head: Head): boolean {
  const org = organisationOf(head)
  const role = org === undefined ? undefined : roleIn(standing.orgs, org)
  return role === 'owner' || role === 'admin'
}

function isMeant(grantee: Grantee, username: Username, standing: Standing): boolean {
  return grantee === `user/${username}` || (standing.teams as ReadonlySet<string>).has(grantee.slice('team/'.length))
}
