import type { PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import { refuse } from '../model/refusals.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import { type History, type HistoryPage, type HistoryQuery, isHistoryPosition } from '../storage/history.ts'
import { type AccessRules, accessProblem, audits } from './access.ts'
import type { HeadCache } from './head-cache.ts'
import { username } from './username.ts'

export interface HistoryDeps {
  readonly history: History
  readonly headCache: HeadCache
  readonly rules: AccessRules
  readonly platform: Platform
}

/** What is asked of a history. Times are ISO 8601, inclusive; without them, the last 90 days. */
export type HistoryQuestion = Pick<HistoryQuery, 'after' | 'limit'> & Partial<Pick<HistoryQuery, 'from' | 'to'>>

const usualDays = 90
const dayMs = 86_400_000

/**
 * What somebody downloaded, or was refused, newest first. Everybody reads their own; auditors and administrators that
 * of all. Whether there is such a user is not said.
 * @throws Refusal `login_required`, `history_not_allowed`, `username_invalid`, `query_invalid`
 */
export async function historyOfUser(
  deps: HistoryDeps,
  who: Principal,
  name: string,
  asked: HistoryQuestion,
): Promise<HistoryPage> {
  if (who.kind !== 'user') throw refuse('login_required')
  const isOwn = who.username === name && who.limits === undefined
  if (!isOwn && !audits(who)) throw refuse('history_not_allowed')
  return deps.history.ofUser(username(name), queryOf(deps, asked))
}

/**
 * Who downloaded a package, or was refused it, newest first: for those who may change it, auditors and administrators.
 * Strangers without credentials are in it too.
 * @throws Refusal `login_required`, `package_not_found`, `query_invalid`
 */
export async function historyOfPackage(
  deps: HistoryDeps,
  who: Principal,
  ref: PackageRef,
  asked: HistoryQuestion,
): Promise<HistoryPage> {
  if (who.kind !== 'user') throw refuse('login_required')
  const problem = accessProblem(who, 'inspect', await deps.headCache.get(ref, true), deps.rules)
  if (problem !== undefined) throw problem
  return deps.history.ofPackage(ref, queryOf(deps, asked))
}

function queryOf({ platform }: HistoryDeps, asked: HistoryQuestion): HistoryQuery {
  const now = isoNow(platform)
  const { from = new Date(platform.now() - usualDays * dayMs).toISOString(), to = now, after } = asked
  if (after !== undefined && !isHistoryPosition(after)) throw refuse('query_invalid', { problem: 'unknown "after"' })
  return { ...asked, from, to: earlier(to, now) }
}

const earlier = (a: string, b: string) => (a < b ? a : b)
