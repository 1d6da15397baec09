import type { Principal } from '../../model/principal.ts'
import type { Reason, VersionRecord } from '../../model/records.ts'
import { coversPackage } from '../../model/token-limits.ts'
import { dryRunOutcomes, isJudged, type Upload } from '../../model/upload.ts'
import type { VersionStatus } from '../../model/version-status.ts'
import { withoutUndefined } from '../../std/defined.ts'
import { isOver, ownUpload, requireUser, type UploadDeps } from './own-upload.ts'

/** `failed` is said of both: what was to be published, and what was only tried. */
export const uploadStates = [
  'open',
  'validating',
  'published',
  'rejected',
  ...dryRunOutcomes,
  'aborted',
  'expired',
] as const
export type UploadState = (typeof uploadStates)[number]

/** What there is to see of a session. */
export interface UploadView {
  readonly upload: Upload
  readonly state: UploadState
  /** What stands in storage, while it is open. */
  readonly parts?: { readonly standing: number; readonly bytes: number }
  /** How far the validator is. */
  readonly validation?: { readonly checkedBytes: number; readonly totalBytes: number }
  /** Why it was refused. */
  readonly reasons?: readonly Reason[]
  readonly sha256?: string
}

const stateOfClaim = {
  pending: 'validating',
  accepted: 'validating',
  published: 'published',
  blocked: 'published',
  unpublished: 'published',
  rejected: 'rejected',
  failed: 'failed',
} as const satisfies Record<VersionStatus, UploadState>

/**
 * Somebody's own session as it is now, with the parts that stand.
 * @throws Refusal `login_required`, `upload_not_found`
 */
export async function showUpload(deps: UploadDeps, who: Principal, id: string): Promise<UploadView> {
  const upload = await ownUpload(deps, who, id)
  const view = await viewOf(deps, upload)
  if (view.state !== 'open') return view
  const parts = (await deps.directUploads.allParts(upload)) ?? []
  const bytes = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return { ...view, parts: { standing: parts.length, bytes } }
}

/** The claim says more than the session, once there is one. */
export async function viewOf(deps: UploadDeps, upload: Upload): Promise<UploadView> {
  if (upload.outcome === 'aborted' || upload.outcome === 'expired') return { upload, state: upload.outcome }
  if (upload.dryRun) return viewOfDryRun(deps, upload)
  const record = await deps.versions.get(upload)
  if (record?.uploadId === upload.id) return viewOfClaim(upload, record)
  // A claim that was refused frees its place for the next
  if (upload.outcome === 'completed') return { upload, state: 'failed', reasons: [replaced] }
  return { upload, state: isOver(deps, upload) ? 'expired' : 'open' }
}

/** Its session says everything. */
function viewOfDryRun(deps: UploadDeps, upload: Upload): UploadView {
  const { outcome, reasons, sha256, submittedAt, checkedBytes = 0, sizeBytes: totalBytes } = upload
  if (isJudged(outcome)) {
    return { upload, state: outcome, ...withoutUndefined({ reasons, sha256 }) }
  }
  if (submittedAt !== undefined) return { upload, state: 'validating', validation: { checkedBytes, totalBytes } }
  return { upload, state: isOver(deps, upload) ? 'expired' : 'open' }
}

function viewOfClaim(upload: Upload, record: VersionRecord): UploadView {
  const { status, reasons, checkedBytes = 0, file } = record
  const totalBytes = file.sizeBytes
  return {
    upload,
    state: stateOfClaim[status],
    ...(status === 'pending' ? { validation: { checkedBytes, totalBytes } } : {}),
    ...(reasons === undefined ? {} : { reasons }),
    ...(file.sha256 === undefined ? {} : { sha256: file.sha256 }),
  }
}

const replaced: Reason = {
  code: 'upload_replaced',
  message: 'This upload was refused, and another one of the same file has come since.',
  hint: 'Look at the other one.',
}

/** Somebody's own sessions, those that ended within a month among them; a page may be short, and not the last. @throws Refusal `login_required` */
export async function listUploads(
  deps: UploadDeps,
  who: Principal,
  paging: { readonly after?: string; readonly limit: number },
): Promise<{ readonly uploads: readonly UploadView[]; readonly next?: string }> {
  const { username, limits } = requireUser(who)
  const { uploads, next } = await deps.uploads.page(username, paging)
  const seen = uploads.filter((upload) => coversPackage(limits, upload))
  const views = await Promise.all(seen.map((upload) => viewOf(deps, upload)))
  return { uploads: views, ...(next === undefined ? {} : { next }) }
}
