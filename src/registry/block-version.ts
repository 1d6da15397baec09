import type { VersionRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { VersionRecord } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { VersionStatus } from '../model/version-status.ts'
import { withoutUndefined } from '../std/defined.ts'
import { eachInParallel } from '../std/parallel.ts'
import { requireAdmin } from './access.ts'
import { packageTarget } from './audit-log.ts'
import type { ChangeDeps } from './change.ts'
import { reasonText } from './reason.ts'
import { relist, writesAtATime } from './relist.ts'

/**
 * Takes one version away from everybody, for a reason that whoever asks for it is told; again, for another reason. Its
 * bytes are kept. The item, which is the truth, is written first and stays in the sweeper's index until the snapshot and
 * the head agree: until then, and in other isolates for the 5 s of a cached head, it can still be downloaded.
 * @throws Refusal `login_required`, `admin_required`, `reason_invalid`, `version_not_found`, `conflict`
 */
export async function blockVersion(deps: ChangeDeps, who: Principal, ref: VersionRef, reason: string): Promise<void> {
  requireAdmin(who)
  const blocked = reasonText(reason)
  const records = await requireRecords(deps, ref, ['accepted', 'published', 'blocked'])
  const left = records.filter((record) => record.status !== 'blocked' || record.blocked !== blocked)
  if (left.length === 0) return relist(deps, ref, [ref.version]) // repeated
  await recorded(deps, who, left, 'block', blocked, async (record) => {
    if ((await deps.versions.advance(record, 'blocked', { blocked })) === 'moved') throw refuse('conflict') // COMMIT
  })
}

/**
 * Gives a blocked version back: it is listed as it was. Tags that it had are where they fell back to.
 * @throws Refusal `login_required`, `admin_required`, `version_not_found`, `conflict`
 */
export async function unblockVersion(deps: ChangeDeps, who: Principal, ref: VersionRef): Promise<void> {
  requireAdmin(who)
  const records = await requireRecords(deps, ref, ['published', 'blocked'])
  const left = records.filter(({ status }) => status === 'blocked')
  if (left.length === 0) return relist(deps, ref, [ref.version]) // repeated
  await recorded(deps, who, left, 'unblock', undefined, async (record) => {
    if ((await deps.versions.advance(record, 'published', {})) === 'moved') throw refuse('conflict') // COMMIT
  })
}

/** Those files of a version that are so far; there is one at least. */
async function requireRecords(
  deps: ChangeDeps,
  ref: VersionRef,
  statuses: readonly VersionStatus[],
): Promise<readonly VersionRecord[]> {
  const records = (await deps.versions.files(ref)).filter(({ status }) => statuses.includes(status))
  if (records.length === 0) throw refuse('version_not_found', { version: ref.version })
  return records
}

async function recorded(
  deps: ChangeDeps,
  who: Principal,
  records: readonly VersionRecord[],
  verb: 'block' | 'unblock',
  blocked: string | undefined,
  change: (record: VersionRecord) => Promise<void>,
): Promise<void> {
  const [first] = records
  if (first === undefined) return
  const { version } = first
  const entry = {
    action: `version.${verb}`,
    target: packageTarget(first),
    before: withoutUndefined({ version, blocked: first.blocked }),
    after: withoutUndefined({ version, blocked }),
  }
  await deps.audit.recorded(who, entry, () => eachInParallel(records, writesAtATime, change))
  await relist(deps, first, [version]) // redone by the sweeper
  deps.headCache.forget(first)
}
