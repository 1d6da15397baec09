import type { PackageRef } from '../model/ids.ts'
import type { Asking, Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { type AccessRules, accessProblem } from './access.ts'
import { isGuarded } from './guarded.ts'
import type { HeadCache } from './head-cache.ts'
import type { Sessions } from './sessions.ts'
import type { Tokens } from './tokens.ts'

export interface ReaderDeps {
  readonly tokens: Tokens
  readonly headCache: HeadCache
  readonly sessions: Sessions
  readonly rules: AccessRules
}

/** Who asks for a package, and its head, which may be some seconds old. */
export interface Reading {
  readonly who: Principal
  readonly head: Head | undefined
}

/**
 * Reads, side by side, who is asking and the head to decide by. One that is kept here refuses nobody: it is read anew
 * first, so that a package that somebody may not know of costs as many requests as one that does not exist, and whoever
 * was let in just now need not wait. Asynchronous only when something has to be read.
 */
export function openHead(
  { headCache, rules }: Pick<ReaderDeps, 'headCache' | 'rules'>,
  asking: Asking,
  ref: PackageRef,
  fresh: boolean,
): Reading | Promise<Reading> {
  const known = headCache.get(ref, fresh)
  if (known instanceof Promise) return Promise.all([asking, known]).then(([who, head]) => ({ who, head }))
  const decide = (who: Principal): Reading | Promise<Reading> =>
    accessProblem(who, 'read', known, rules) === undefined
      ? { who, head: known }
      : Promise.resolve(headCache.get(ref, true)).then((head) => ({ who, head }))
  return asking instanceof Promise ? asking.then(decide) : decide(asking)
}

/**
 * Lets somebody read a package. For a guarded one, whose head is never a kept one, token and account are read anew
 * before anything is allowed by them. A refusal needs no such look: it makes the requests of a package that does not
 * exist.
 * @returns who is reading, as they are now
 * @throws Refusal `package_not_found`, `package_blocked`, `login_required`, `token_invalid`, `account_disabled`
 */
export async function requireReader(
  deps: Pick<ReaderDeps, 'tokens' | 'sessions' | 'rules'>,
  who: Principal,
  head: Head | undefined,
): Promise<Principal> {
  const problem = accessProblem(who, 'read', head, deps.rules)
  if (problem !== undefined) throw problem
  if (head === undefined || !isGuarded(head) || who.kind === 'anonymous') return who
  const { credential } = who
  const confirmed =
    credential.kind === 'token'
      ? await deps.tokens.confirm(who, credential.id)
      : await deps.sessions.confirm(who, credential.id)
  const left = accessProblem(confirmed, 'read', head, deps.rules)
  if (left !== undefined) throw left
  return confirmed
}
