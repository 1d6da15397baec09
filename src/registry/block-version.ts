import type { VersionRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { VersionRecord } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { VersionStatus } from '../model/version-status.ts'
import { withoutUndefined } from '../std/defined.ts'
import { requireAdmin } from './access.ts'
import { packageTarget } from './audit-log.ts'
import type { ChangeDeps } from './change.ts'
import { reasonText } from './reason.ts'
import { relist } from './relist.ts'

/**
 * Takes one version away from everybody, for a reason that whoever asks for it is told; again, for another reason. Its
 * bytes are kept. The item, which is the truth, is written first and stays in the sweeper's index until the snapshot and
 * the head agree: until then, and in other isolates for the 5 s of a cached head, it can still be downloaded.
 * @throws Refusal `login_required`, `admin_required`, `reason_invalid`, `version_not_found`, `conflict`
 */
export async function blockVersion(deps: ChangeDeps, who: Principal, ref: VersionRef, reason: string): Promise<void> {
  requireAdmin(who)
  const blocked = reasonText(reason)
  const record = await requireRecord(deps, ref, ['accepted', 'published', 'blocked'])
  if (record.status === 'blocked' && record.blocked === blocked) return relist(deps, ref, [ref.version]) // repeated
  await recorded(deps, who, record, 'block', blocked, async () => {
    if ((await deps.versions.advance(record, 'blocked', { blocked })) === 'moved') throw refuse('conflict') // COMMIT
  })
}

/**
 * Gives a blocked version back: it is listed as it was. Tags that it had are where they fell back to.
 * @throws Refusal `login_required`, `admin_required`, `version_not_found`, `conflict`
 */
export async function unblockVersion(deps: ChangeDeps, who: Principal, ref: VersionRef): Promise<void> {
  requireAdmin(who)
  const record = await requireRecord(deps, ref, ['published', 'blocked'])
  if (record.status === 'published') return relist(deps, ref, [ref.version]) // repeated
  await recorded(deps, who, record, 'unblock', undefined, async () => {
    if ((await deps.versions.advance(record, 'published', {})) === 'moved') throw refuse('conflict') // COMMIT
  })
}

async function requireRecord(
  deps: ChangeDeps,
  ref: VersionRef,
  statuses: readonly VersionStatus[],
): Promise<VersionRecord> {
  const record = await deps.versions.get(ref)
  if (record === undefined || !statuses.includes(record.status)) {
    throw refuse('version_not_found', { version: ref.version })
  }
  return record
}

async function recorded(
  deps: ChangeDeps,
  who: Principal,
  record: VersionRecord,
  verb: 'block' | 'unblock',
  blocked: string | undefined,
  change: () => Promise<void>,
): Promise<void> {
  const { version } = record
  const entry = {
    action: `version.${verb}`,
    target: packageTarget(record),
    before: withoutUndefined({ version, blocked: record.blocked }),
    after: withoutUndefined({ version, blocked }),
  }
  await deps.audit.recorded(who, entry, change)
  await relist(deps, record, [version]) // redone by the sweeper
  deps.headCache.forget(record)
}
