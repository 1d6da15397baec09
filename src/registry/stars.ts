import type { PackageName, PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { eachInParallel } from '../std/parallel.ts'
import type { Stars } from '../storage/stars.ts'
import { type AccessRules, accessProblem, requireAccount } from './access.ts'
import type { HeadCache } from './head-cache.ts'
import { username } from './username.ts'

export interface StarDeps {
  readonly stars: Stars
  readonly headCache: HeadCache
  readonly rules: AccessRules
}

/** For each user; two at the same moment may go one over it. */
const mostStars = 500

/**
 * Stars a package, or takes the star back. As it is already is fine.
 * @throws Refusal `login_required`, `token_limited`, `package_not_found`, `too_many_stars`
 */
export async function setStar(deps: StarDeps, who: Principal, ref: PackageRef, isStarred: boolean): Promise<void> {
  const { username: owner } = requireAccount(who, 'write')
  const problem = readProblem(deps, who, await deps.headCache.get(ref, true))
  if (problem !== undefined) throw problem
  if (!isStarred) return deps.stars.remove(owner, ref) // COMMIT
  const standing = await deps.stars.list(owner, mostStars)
  const isNew = !standing.some(({ format, name }) => format === ref.format && name === ref.name)
  if (isNew && standing.length >= mostStars) throw refuse('too_many_stars', { most: mostStars })
  await deps.stars.add(owner, ref) // COMMIT
}

/**
 * The packages that somebody has starred, as far as the asker may read them; none for a user whom nobody knows.
 * @throws Refusal `login_required`, `username_invalid`
 */
export async function starredBy(deps: StarDeps, who: Principal, name: string): Promise<readonly PackageName[]> {
  if (who.kind === 'anonymous' && deps.rules.requireLogin) throw refuse('login_required')
  const starred = await deps.stars.list(username(name), mostStars)
  const readable = new Set<PackageName>()
  await eachInParallel(starred, 16, async (ref) => {
    if (readProblem(deps, who, await deps.headCache.get(ref)) === undefined) readable.add(ref.name)
  })
  return starred.map((ref) => ref.name).filter((starredName) => readable.has(starredName))
}

function readProblem(deps: StarDeps, who: Principal, head: Head | undefined) {
  const problem = accessProblem(who, 'read', head, deps.rules)
  return problem ?? (head?.revision === undefined ? refuse('package_not_found') : undefined)
}
