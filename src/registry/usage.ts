import type { OrgName, PackageRef, VersionRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { allOf } from '../model/stored.ts'
import { noUse, packageSubject, type Subject, sumOf, type Tally, versionSubject } from '../model/usage.ts'
import type { Platform } from '../std/platform.ts'
import { mostUsers, type Usage, type UsageCounters } from '../storage/usage-counters.ts'
import { type AccessRules, accessProblem, audits, governsOrg, orgProblem } from './access.ts'
import type { HeadCache } from './head-cache.ts'
import { daysOf, type Period } from './statistics.ts'
import { type Storage, type StorageDeps, storageOf } from './storage-quota.ts'
import { username } from './username.ts'

export interface UsageDeps extends StorageDeps {
  readonly headCache: HeadCache
  readonly usageCounters: UsageCounters
  readonly rules: AccessRules
  readonly platform: Platform
}

/** Numbers that everybody may know who may know of the thing. */
type Shared = 'downloads' | 'bytes'
/** What they are made of: told to those alone who may also read who it was. */
export type Details = Omit<Tally, Shared>

export interface UsageDay extends Pick<Tally, Shared>, Partial<Details> {
  readonly day: string
  /** How many different users there were; absent where it is about one. */
  readonly users?: number
  /** There may have been more: nobody counts further. */
  readonly usersAreMore?: true
}

export interface UsageReport {
  readonly period: Period
  /** Every day of the period. */
  readonly days: readonly UsageDay[]
  readonly total: Pick<Tally, Shared> & Partial<Details>
  /** What is stored now; undefined of a version, and of a package that nobody has counted yet. */
  readonly stored: Storage | undefined
}

/** With this, a report is one query of a few pages, whatever was used however often. */
const mostDays = 400
const usualDays = 30
/** Before it, a day is not written with four digits of the year. */
const firstDay = '0000-01-01'
const dayMs = 86_400_000

/** Days as `YYYY-MM-DD`, inclusive; without them, the last 30. */
export type AskedPeriod = Partial<Period>

/**
 * How a package was used: to those who may read it; what it is made of, to those who may read who it was.
 * @throws Refusal `package_not_found`, `package_blocked`, `login_required`, `query_invalid`
 */
export async function usageOfPackage(
  deps: UsageDeps,
  who: Principal,
  ref: PackageRef,
  asked: AskedPeriod,
): Promise<UsageReport> {
  const { head, isDetailed } = await readable(deps, who, ref)
  return report(deps, packageSubject(ref), asked, { isDetailed, stored: () => head.stored && allOf(head.stored) })
}

/** The same of one version; one that never was has no downloads. @throws Refusal as `usageOfPackage` */
export async function usageOfVersion(
  deps: UsageDeps,
  who: Principal,
  ref: VersionRef,
  asked: AskedPeriod,
): Promise<UsageReport> {
  const { isDetailed } = await readable(deps, who, ref)
  return report(deps, versionSubject(ref), asked, { isDetailed })
}

/**
 * What somebody downloaded: to themselves, auditors and administrators. Kept as long as single events are.
 * @throws Refusal `login_required`, `history_not_allowed`, `username_invalid`, `query_invalid`
 */
export async function usageOfUser(
  deps: UsageDeps,
  who: Principal,
  name: string,
  asked: AskedPeriod,
): Promise<UsageReport> {
  if (who.kind !== 'user') throw refuse('login_required')
  const isOwn = who.username === name && who.limits === undefined
  if (!isOwn && !audits(who)) throw refuse('history_not_allowed')
  const user = username(name)
  const stored = () => storageOf(deps, `user/${user}`)
  return report(deps, `user/${user}`, asked, { isDetailed: true, isOfOne: true, stored })
}

/**
 * How the packages of an organisation were used while they were its own: to its members; what it is made of, to those
 * who govern it.
 * @throws Refusal `login_required`, `org_not_found`, `query_invalid`
 */
export async function usageOfOrg(
  deps: UsageDeps,
  who: Principal,
  org: OrgName,
  asked: AskedPeriod,
): Promise<UsageReport> {
  const problem = orgProblem(who, 'see', org)
  if (problem !== undefined) throw problem
  const stored = () => storageOf(deps, `org/${org}`)
  return report(deps, `org/${org}`, asked, { isDetailed: governsOrg(who, org), stored })
}

/** All there is: to auditors and administrators. @throws Refusal `login_required`, `usage_not_allowed`, `query_invalid` */
export async function usageOfRegistry(deps: UsageDeps, who: Principal, asked: AskedPeriod): Promise<UsageReport> {
  if (who.kind !== 'user') throw refuse('login_required')
  if (!audits(who)) throw refuse('usage_not_allowed')
  return report(deps, 'registry', asked, { isDetailed: true, stored: () => deps.storedTotals.ofRegistry() })
}

/** A package that somebody may read, and whether they may also read who used it. @throws Refusal when they may not */
async function readable(
  { headCache, rules }: UsageDeps,
  who: Principal,
  ref: PackageRef,
): Promise<{ readonly head: Head; readonly isDetailed: boolean }> {
  const head = await headCache.get(ref, true)
  const isDetailed = accessProblem(who, 'inspect', head, rules) === undefined
  const problem = isDetailed ? undefined : accessProblem(who, 'read', head, rules)
  if (problem !== undefined) throw problem
  if (head === undefined) throw refuse('package_not_found')
  return { head, isDetailed }
}

interface Shown {
  readonly isDetailed: boolean
  readonly isOfOne?: true
  readonly stored?: () => Storage | undefined | Promise<Storage>
}

async function report(
  { usageCounters, platform }: UsageDeps,
  subject: Subject,
  asked: AskedPeriod,
  shown: Shown,
): Promise<UsageReport> {
  const period = periodOf(platform, asked)
  const [counted, stored] = await Promise.all([
    usageCounters.daily(subject, period.start, period.end),
    shown.stored?.(),
  ])
  const days = daysOf(period).map((day): UsageDay => {
    const usage = counted.get(day) ?? { ...noUse, users: 0 }
    return { day, ...partOf(usage, shown), ...(shown.isOfOne ? {} : usersOf(usage)) }
  })
  return { period, days, total: partOf([...counted.values()].reduce<Tally>(sumOf, noUse), shown), stored }
}

function partOf({ downloads, bytes, anonymous, refusals, clients, reasons }: Tally, { isDetailed }: Shown) {
  return { downloads, bytes, ...(isDetailed ? { anonymous, refusals, clients, reasons } : {}) }
}

function usersOf({ users }: Usage): Pick<UsageDay, 'users' | 'usersAreMore'> {
  return { users, ...(users < mostUsers ? {} : { usersAreMore: true }) }
}

function periodOf({ now }: Platform, asked: AskedPeriod): Period {
  const end = asked.end ?? dayAt(now())
  const start = asked.start ?? dayAt(Math.max(Date.parse(end) - (usualDays - 1) * dayMs, Date.parse(firstDay)))
  const days = (Date.parse(end) - Date.parse(start)) / dayMs + 1
  if (days >= 1 && days <= mostDays) return { start, end }
  throw refuse('query_invalid', { problem: `ask for 1 to ${mostDays} days, the first of them in "from"` })
}

const dayAt = (time: number) => new Date(time).toISOString().slice(0, 10)
