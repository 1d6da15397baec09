import type { UploadId } from '../../model/ids.ts'
import type { Principal, SignedIn } from '../../model/principal.ts'
import { refuse } from '../../model/refusals.ts'
import { coversPackage } from '../../model/token-limits.ts'
import type { Upload } from '../../model/upload.ts'
import type { Platform } from '../../std/platform.ts'
import type { DirectUploads } from '../../storage/direct-uploads.ts'
import type { Uploads } from '../../storage/uploads.ts'
import type { Versions } from '../../storage/versions.ts'
import { type AccessRules, accessProblem } from '../access.ts'
import type { HeadCache } from '../head-cache.ts'

/** Without any activity. */
const idleMs = 24 * 3_600_000

export interface UploadDeps {
  readonly uploads: Uploads
  readonly directUploads: DirectUploads
  readonly versions: Versions
  readonly headCache: HeadCache
  readonly rules: AccessRules
  readonly publicUrl: string
  readonly platform: Platform
  /** The longest that a session can last. */
  readonly uploadDays: number
}

/** @throws Refusal `login_required` */
export function requireUser(who: Principal): SignedIn {
  if (who.kind !== 'user') throw refuse('login_required')
  return who
}

/**
 * Somebody's own session, as far as what they showed is for its package; that of somebody else is as good as none.
 * @throws Refusal `login_required`, `upload_not_found`
 */
export async function ownUpload({ uploads }: Pick<UploadDeps, 'uploads'>, who: Principal, id: string): Promise<Upload> {
  const { username, limits } = requireUser(who)
  const upload = await uploads.get(uploadId(id))
  if (upload?.owner === username && coversPackage(limits, upload)) return upload
  throw refuse('upload_not_found')
}

/** Reads the id of a session out of a text; what is none is nobody's. @throws Refusal `upload_not_found` */
function uploadId(text: string): UploadId {
  if (!/^up_[0-9A-Za-z]{32}$/.test(text)) throw refuse('upload_not_found')
  return text as UploadId
}

/**
 * The same, where what they showed lets them publish the package still.
 * @throws Refusal `login_required`, `upload_not_found`, `not_owner`, `token_limited`, `package_locked`
 */
export async function requireUpload(deps: UploadDeps, who: Principal, id: string): Promise<Upload> {
  const upload = await ownUpload(deps, who, id)
  const head = await deps.headCache.get(upload)
  const problem = accessProblem(who, 'publish', head, deps.rules, upload)
  if (problem !== undefined) throw problem
  return upload
}

/** The same of one that takes parts. @throws Refusal as `requireUpload`, and `upload_closed` */
export async function requireOpenUpload(deps: UploadDeps, who: Principal, id: string): Promise<Upload> {
  const upload = await requireUpload(deps, who, id)
  if (upload.outcome !== undefined) throw refuse('upload_closed', { state: upload.outcome })
  if (upload.submittedAt !== undefined) throw refuse('upload_closed', { state: 'validating' })
  if (isOver(deps, upload)) throw refuse('upload_closed', { state: 'expired' })
  return upload
}

export function isOver({ platform }: Pick<UploadDeps, 'platform'>, { expiresAt }: Upload): boolean {
  return Date.parse(expiresAt) <= platform.now()
}

/** When a session ends that is active now. */
export function nextExpiry({ platform, uploadDays }: UploadDeps, createdAtMs: number): string {
  return new Date(Math.min(platform.now() + idleMs, createdAtMs + uploadDays * 86_400_000)).toISOString()
}
