import type { AuditEntry } from '../model/audit.ts'
import type { PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import { type Refusal, refuse } from '../model/refusals.ts'
import type { Audit, AuditPage } from '../storage/audit.ts'
import { accessProblem, audits, orgProblem } from './access.ts'
import type { ChangeDeps } from './change.ts'
import { orgName } from './org-name.ts'

export interface AuditTrailDeps extends Pick<ChangeDeps, 'headCache' | 'rules' | 'platform' | 'formats'> {
  readonly auditEntries: Audit
}

/** What is asked of the audit log. Times are ISO 8601, inclusive; without them, the last 90 days. */
export interface AuditQuestion {
  readonly actor?: string
  readonly target?: string
  readonly action?: string
  readonly from?: string
  readonly to?: string
  readonly after?: string
  readonly limit: number
}

const usualDays = 90
const dayMs = 86_400_000
/** Days without an entry that one page looks through. */
const mostEmptyPages = 92
/** What a client made up itself is a place like any other, as long as it has the shape of one. */
const positionShape = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T[\d:.Z]{2,13}#[\w!~]{1,40}$/

/**
 * Entries of the audit log, newest first. Auditors and administrators see all; owners what was done to their packages
 * and organisations; everybody what they did themselves.
 * @returns a page; it may be short and not the last
 * @throws Refusal `login_required`, `audit_not_allowed`, `package_not_found`, `org_not_found`, `query_invalid`
 */
export async function readAuditTrail(deps: AuditTrailDeps, who: Principal, asked: AuditQuestion): Promise<AuditPage> {
  const problem = await auditProblem(deps, who, asked)
  if (problem !== undefined) throw problem
  const now = new Date(deps.platform.now()).toISOString()
  const { from = new Date(deps.platform.now() - usualDays * dayMs).toISOString(), after } = asked
  const to = asked.to !== undefined && asked.to < now ? asked.to : now
  if (after !== undefined && !positionShape.test(after)) throw refuse('query_invalid', { problem: 'unknown "after"' })
  if (from > to || (after !== undefined && after < from)) return { entries: [] }
  let page = await deps.auditEntries.find({ ...asked, from, to })
  for (let looked = 1; page.entries.length === 0 && page.next !== undefined && looked < mostEmptyPages; looked += 1) {
    page = await deps.auditEntries.find({ ...asked, from, to, after: page.next })
  }
  return page
}

/** All entries that are asked for, newest first, as they are read: for an export. */
export async function* exportAuditTrail(
  deps: AuditTrailDeps,
  who: Principal,
  asked: Omit<AuditQuestion, 'limit' | 'after'>,
): AsyncGenerator<AuditEntry, void> {
  let after: string | undefined
  do {
    const page = await readAuditTrail(deps, who, { ...asked, limit: 100, ...(after === undefined ? {} : { after }) })
    yield* page.entries
    after = page.next
  } while (after !== undefined)
}

async function auditProblem(deps: AuditTrailDeps, who: Principal, asked: AuditQuestion): Promise<Refusal | undefined> {
  if (who.kind === 'anonymous') return refuse('login_required')
  if (audits(who)) return undefined
  if (asked.actor === who.username && who.limits === undefined) return undefined
  const [kind, ...rest] = (asked.target ?? '').split('/')
  if (kind === 'org' || kind === 'team') return orgProblem(who, 'manage', orgName(rest[0] ?? ''))
  if (kind === 'package') return packageProblem(deps, who, rest)
  return refuse('audit_not_allowed')
}

async function packageProblem(
  deps: AuditTrailDeps,
  who: Principal,
  [format = '', ...name]: readonly string[],
): Promise<Refusal | undefined> {
  const known = Object.values(deps.formats).find(({ id }) => id === format)
  if (known === undefined) return refuse('package_not_found')
  const ref: PackageRef = { format: known.id, name: known.packageName(name.join('/')) }
  return accessProblem(who, 'manage', await deps.headCache.get(ref, true), deps.rules)
}
