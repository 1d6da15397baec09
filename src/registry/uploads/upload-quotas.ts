import type { Quota } from '../../model/quota.ts'
import { type Refusal, refuse } from '../../model/refusals.ts'
import { type Paid, payingOrg } from '../../model/stored.ts'
import type { Upload } from '../../model/upload.ts'
import type { Uploads } from '../../storage/uploads.ts'
import { type QuotaDeps, quotaOf } from '../quotas.ts'

/** What can be open at a time. */
export interface UploadQuotas {
  readonly ofOwner: Quota
  /** Absent: the organisation that would pay has no limit, or none would, and nobody notes what is open for it. */
  readonly ofOrg?: Quota
}

/** Sessions that were opened before another one, read consistently. */
interface OpenBefore {
  readonly ofOwner: readonly Upload[]
  readonly ofOrg: readonly Upload[]
}

/** What somebody can have open who opens one for a package. */
export async function uploadQuotas(deps: QuotaDeps, owner: Upload['owner'], paid: Paid): Promise<UploadQuotas> {
  const org = payingOrg(paid)
  const [ofOwner, ofOrg] = await Promise.all([
    quotaOf(deps, `user/${owner}`),
    org === undefined ? undefined : quotaOf(deps, `org/${org}`),
  ])
  const isLimited = ofOrg?.openUploads !== undefined || ofOrg?.openUploadBytes !== undefined
  return { ofOwner, ...(isLimited ? { ofOrg } : {}) }
}

export async function openBefore(uploads: Uploads, upload: Upload): Promise<OpenBefore> {
  const { owner, org } = upload
  const [ofOwner, ofOrg] = await Promise.all([uploads.openOf(owner), org === undefined ? [] : uploads.openFor(org)])
  return { ofOwner: olderThan(ofOwner, upload), ofOrg: olderThan(ofOrg, upload) }
}

function olderThan(open: readonly Upload[], { id }: Upload): readonly Upload[] {
  const place = open.findIndex((other) => other.id === id)
  return place === -1 ? open : open.slice(0, place)
}

/** Why a session is one too many, for who opened it or for the organisation that would pay for its file. */
export function quotaProblem(quotas: UploadQuotas, before: OpenBefore, upload: Upload): Refusal | undefined {
  const own = problemIn(quotas.ofOwner, [...before.ofOwner, upload], 'you have')
  if (own !== undefined || quotas.ofOrg === undefined) return own
  return problemIn(quotas.ofOrg, [...before.ofOrg, upload], `the organisation "${upload.org}" has`)
}

function problemIn(quota: Quota, open: readonly Upload[], whoHas: string): Refusal | undefined {
  const { openUploads = Number.POSITIVE_INFINITY, openUploadBytes = Number.POSITIVE_INFINITY } = quota
  const remedy = 'Complete or abort an upload'
  const others = open.length - 1
  if (open.length > openUploads) {
    return refuse('quota_exceeded', { problem: `${whoHas} ${others} open uploads, of ${openUploads}`, remedy })
  }
  const total = open.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (total <= openUploadBytes) return undefined
  const problem = `${whoHas} ${others} open uploads, which would have ${total} bytes with this one, of ${openUploadBytes}`
  return refuse('quota_exceeded', { problem, remedy: others === 0 ? 'Split the file' : remedy })
}
