import type { FormatId, PackageName } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import type { Platform } from '../std/platform.ts'
import type { Heads } from '../storage/heads.ts'
import type { SearchEntry, SearchIndex } from '../storage/search-index.ts'
import { type AccessRules, accessProblem, isAdmin, loginProblem } from './access.ts'
import { isNameOf, parseSearch } from './search-terms.ts'

export interface SearchDeps {
  readonly heads: Heads
  readonly searchIndex: SearchIndex
  readonly rules: AccessRules
  readonly platform: Platform
}

export interface SearchQuery {
  readonly text: string
  readonly from: number
  readonly size: number
}

export interface SearchHit {
  readonly head: Head
  readonly shown: NonNullable<SearchEntry['shown']>
  /** 0 to 1 each. */
  readonly score: {
    readonly final: number
    readonly match: number
    readonly popularity: number
    readonly recency: number
  }
}

export interface SearchPage {
  readonly hits: readonly SearchHit[]
  /** All that was found, of which `hits` is a page; never over `mostCandidates`. */
  readonly total: number
}

/** Packages that one term may bring in: with this, a search costs the same however many packages there are. */
const mostPerTerm = 250
/** Packages that are looked at before they are ranked. */
const mostCandidates = 500
const yearMs = 365 * 86_400_000
/** By closeness. The steps are larger than what the other parts of the score can make up for. */
const pointsOf = [1, 0.5, 0.35, 0.2] as const

/**
 * Finds packages by the words of `text`. The index only proposes: each package is shown, and counted, as its head and
 * its own entry say now, so that an index that is behind shows nothing to whom it is not for. Costs a query per term
 * and reader, and the reads of at most `mostCandidates` packages.
 * @throws Refusal `search_invalid`, `login_required`
 */
export async function search(
  deps: SearchDeps,
  who: Principal,
  format: FormatId,
  query: SearchQuery,
): Promise<SearchPage> {
  const problem = loginProblem(who, deps.rules)
  if (problem !== undefined) throw problem
  const groups = parseSearch(query.text)
  const names = await propose(deps, who, format, groups)
  const refs = names.map((name) => ({ format, name }))
  const [heads, entries] = await Promise.all([deps.heads.many(refs), deps.searchIndex.many(refs)])
  const hits: SearchHit[] = []
  for (const name of names) {
    const [head, entry] = [heads.get(name), entries.get(name)]
    if (head?.revision === undefined || accessProblem(who, 'read', head, deps.rules) !== undefined) continue
    const match = entry === undefined ? 0 : matchOf(head, entry, groups, query.text)
    if (entry?.shown !== undefined && match > 0) hits.push(hitOf(deps, head, entry.shown, match))
  }
  hits.sort((a, b) => b.score.final - a.score.final || (a.head.name < b.head.name ? -1 : 1))
  return { hits: hits.slice(query.from, query.from + query.size), total: hits.length }
}

/**
 * Packages that may be what is looked for. All groups must be met, so those of one group are enough, if the index gave
 * all of them; when every group has more than that, the closest and most downloaded of each.
 */
async function propose(
  deps: SearchDeps,
  who: Principal,
  format: FormatId,
  groups: readonly (readonly string[])[],
): Promise<readonly PackageName[]> {
  const readers = readersOf(who)
  const found = await Promise.all(
    groups.map(async (terms) => {
      const asked = terms.flatMap((term) => readers.map((reader) => [term, reader] as const))
      const lists = await Promise.all(
        asked.map(([term, reader]) => deps.searchIndex.find(format, term, reader, mostPerTerm)),
      )
      return { names: new Set(lists.flatMap(({ names }) => names)), complete: lists.every(({ complete }) => complete) }
    }),
  )
  const [smallest] = found.filter(({ complete }) => complete).sort((a, b) => a.names.size - b.names.size)
  const names = smallest?.names ?? new Set(found.flatMap((group) => [...group.names]))
  return [...names].slice(0, mostCandidates)
}

/** Organisations of somebody whose packages search looks through; each costs a query per term. */
const mostOrgs = 20

/** Whose lists somebody is served from: administrators may read everything. */
function readersOf(who: Principal): readonly string[] {
  if (who.kind === 'anonymous') return ['public']
  if (isAdmin(who)) return ['public', 'internal', 'private']
  const orgs = Object.keys(who.standing.orgs).slice(0, mostOrgs)
  return ['public', 'internal', `private/${who.username}`, ...orgs.map((org) => `org/${org}`)]
}

/** How well a package meets all groups: the mean of their best terms. 0 when it does not meet one of them. */
function matchOf(head: Head, entry: SearchEntry, groups: readonly (readonly string[])[], text: string): number {
  const terms = entry.current?.terms ?? {}
  const points = groups.map((group) => Math.max(...group.map((term) => pointsFor(terms, term))))
  if (points.includes(0)) return 0
  return isNameOf(head, text) ? 1 : points.reduce((sum, each) => sum + each, 0) / points.length
}

function pointsFor(terms: Readonly<Record<string, number>>, term: string): number {
  const closeness = Object.hasOwn(terms, term) ? terms[term] : undefined
  return closeness === undefined ? 0 : (pointsOf[closeness] ?? 0)
}

function hitOf(deps: SearchDeps, head: Head, shown: SearchHit['shown'], match: number): SearchHit {
  const ageMs = Math.max(0, deps.platform.now() - Date.parse(shown.publishedAt))
  const recency = 0.5 ** (ageMs / yearMs)
  const popularity = Math.min(1, Math.log10(1 + shown.downloads) / 7)
  return { head, shown, score: { final: 0.7 * match + 0.2 * popularity + 0.1 * recency, match, popularity, recency } }
}
