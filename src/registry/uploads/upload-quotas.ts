import { type Refusal, refuse } from '../../model/refusals.ts'
import type { Upload } from '../../model/upload.ts'
import type { Uploads } from '../../storage/uploads.ts'

/** What can be open at a time. */
export interface UploadQuota {
  readonly sessions: number
  /** Of all files of these. */
  readonly bytes: number
}

export interface UploadQuotas {
  readonly user: UploadQuota
  /** Absent: organisations have no limit, and nobody notes what is open for them. */
  readonly organisation?: UploadQuota
}

interface QuotaDeps {
  readonly uploads: Uploads
  readonly uploadQuotas: UploadQuotas
}

/** Sessions that were opened before another one, read consistently. */
export interface OpenBefore {
  readonly ofOwner: readonly Upload[]
  readonly ofOrg: readonly Upload[]
}

export async function openBefore({ uploads, uploadQuotas }: QuotaDeps, upload: Upload): Promise<OpenBefore> {
  const { owner, org } = upload
  const isCounted = org !== undefined && uploadQuotas.organisation !== undefined
  const [ofOwner, ofOrg] = await Promise.all([uploads.openOf(owner), isCounted ? uploads.openFor(org) : []])
  return { ofOwner: olderThan(ofOwner, upload), ofOrg: olderThan(ofOrg, upload) }
}

function olderThan(open: readonly Upload[], { id }: Upload): readonly Upload[] {
  const place = open.findIndex((other) => other.id === id)
  return place === -1 ? open : open.slice(0, place)
}

/** Why a session is one too many, for who opened it or for the organisation that would pay for its file. */
export function quotaProblem(
  { user, organisation }: UploadQuotas,
  { ofOwner, ofOrg }: OpenBefore,
  upload: Upload,
): Refusal | undefined {
  const own = problemIn(user, [...ofOwner, upload], 'you have')
  if (own !== undefined || upload.org === undefined || organisation === undefined) return own
  return problemIn(organisation, [...ofOrg, upload], `the organisation "${upload.org}" has`)
}

function problemIn({ sessions, bytes }: UploadQuota, open: readonly Upload[], whoHas: string): Refusal | undefined {
  const remedy = 'Complete or abort an upload'
  const others = open.length - 1
  if (open.length > sessions) {
    return refuse('quota_exceeded', { problem: `${whoHas} ${others} open uploads, of ${sessions}`, remedy })
  }
  const total = open.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (total <= bytes) return undefined
  const problem = `${whoHas} ${others} open uploads, which would have ${total} bytes with this one, of ${bytes}`
  return refuse('quota_exceeded', { problem, remedy: others === 0 ? 'Split the file' : remedy })
}
