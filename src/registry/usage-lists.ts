import type { FormatId, PackageName } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import { refuse } from '../model/refusals.ts'
import { type Period, packageSubject } from '../model/usage.ts'
import type { Heads } from '../storage/heads.ts'
import type { Page, Paging } from '../storage/orgs.ts'
import type { Ranked, UnusedLine, UsageLists } from '../storage/usage-lists.ts'
import { type AccessRules, accessProblem, audits, loginProblem } from './access.ts'

/** Where a page of unused packages can begin: a day of use, then a name. */
const positionShape = /^\d{4}-\d{2}-\d{2}#[!-~]{1,300}$/

export interface UsageListDeps {
  readonly heads: Heads
  readonly usageLists: UsageLists
  readonly rules: AccessRules
}

/**
 * The packages that were downloaded most in a day or a month, of those that the asker may read: of the first 300 there
 * are. One request, and the reads of as many heads.
 * @throws Refusal `login_required`
 */
export async function topPackages(
  deps: UsageListDeps,
  who: Principal,
  format: FormatId,
  { period, limit }: { readonly period: Period; readonly limit: number },
): Promise<readonly Ranked[]> {
  const problem = loginProblem(who, deps.rules)
  if (problem !== undefined) throw problem
  const ranking = await deps.usageLists.ranking(format, period)
  const heads = await headsOf(deps, format, ranking)
  // Whoever may not know of a package finds no gap where it is
  const seen = ranking.filter(({ name }) => accessProblem(who, 'read', heads.get(name), deps.rules) === undefined)
  return seen.slice(0, limit)
}

/**
 * Packages that nobody has downloaded since before a day, longest ago first; to auditors and administrators. The list
 * proposes, and what each package says of itself decides: three requests a page, however many packages there are.
 * @returns a page; it may be short and not the last
 * @throws Refusal `login_required`, `usage_not_allowed`, `query_invalid`
 */
export async function unusedPackages(
  deps: UsageListDeps,
  who: Principal,
  format: FormatId,
  { before, ...paging }: Paging & { readonly before: string },
): Promise<Page<UnusedLine>> {
  if (who.kind !== 'user') throw refuse('login_required')
  if (!audits(who)) throw refuse('usage_not_allowed')
  const { after } = paging
  // Storage takes none but one that the question itself could have led to
  const isUnknown = after !== undefined && !(positionShape.test(after) && after < before)
  if (isUnknown) throw refuse('query_invalid', { problem: 'unknown "after"' })
  const { entries: lines, next } = await deps.usageLists.unused(format, before, paging)
  const [heads, days] = await Promise.all([
    headsOf(deps, format, lines),
    deps.usageLists.lastDays(lines.map(({ name }) => ({ format, name }))),
  ])
  const entries = lines.filter(({ name, lastUsedOn }) => {
    const isThere = heads.get(name)?.revision !== undefined
    return isThere && days.get(packageSubject({ format, name })) === lastUsedOn
  })
  return { entries, ...(next === undefined ? {} : { next }) }
}

function headsOf({ heads }: UsageListDeps, format: FormatId, listed: readonly { readonly name: PackageName }[]) {
  return heads.many(listed.map(({ name }) => ({ format, name })))
}
