import type { Principal } from '../../model/principal.ts'
import { refuse } from '../../model/refusals.ts'
import { partCountOf, type Upload } from '../../model/upload.ts'
import type { PartsPage, UploadLink } from '../../storage/s3-objects.ts'
import { nextExpiry, requireOpenUpload, requireUpload, type UploadDeps } from './own-upload.ts'

/** For one part on a slow line; S3 asks only when its transfer begins. */
const linkS = 3_600

/** A part as its sender describes it. Digest in hex. */
export interface WantedPart {
  readonly number: number
  readonly sha256: string
}

export interface PartLink extends UploadLink {
  readonly number: number
  readonly expiresAt: string
}

/**
 * Signs links, each for just the bytes that are described; asking for them keeps the session alive. A file of one part
 * keeps the digest that was said first: the link could be used again once the file was looked at.
 * @throws Refusal as `requireOpenUpload`, `part_invalid`
 */
export async function signParts(
  deps: UploadDeps,
  who: Principal,
  id: string,
  wanted: readonly WantedPart[],
): Promise<readonly PartLink[]> {
  const upload = await requireOpenUpload(deps, who, id)
  for (const { number } of wanted) requirePart(upload, number)
  await pinWhole(deps, upload, wanted)
  const touched = await deps.uploads.touch(upload, nextExpiry(deps, Date.parse(upload.createdAt)))
  if (touched === 'gone') throw refuse('upload_closed', { state: 'closed' })
  const at = deps.platform.now()
  const expiresAt = new Date(at + linkS * 1_000).toISOString()
  return Promise.all(
    wanted.map(async ({ number, sha256 }) => {
      const link = await deps.directUploads.link(upload, number, sha256, { at, expiresInS: linkS })
      return { number, ...link, expiresAt }
    }),
  )
}

function requirePart(upload: Upload, number: number): void {
  const count = partCountOf(upload)
  if (number <= count) return
  throw refuse('part_invalid', { part: number, problem: `the file has ${count} ${count === 1 ? 'part' : 'parts'}` })
}

async function pinWhole(deps: UploadDeps, upload: Upload, wanted: readonly WantedPart[]): Promise<void> {
  if (upload.multipart !== undefined) return
  for (const { number, sha256 } of wanted) {
    if (upload.sha256 === sha256 || (upload.sha256 === undefined && (await deps.uploads.pin(upload, sha256)))) continue
    throw refuse('part_invalid', {
      part: number,
      problem: 'this upload is for a file with another SHA-256; abort it and begin another one',
    })
  }
}

/**
 * The parts that stand in storage, by number, 1000 at a time.
 * @throws Refusal as `requireUpload`
 */
export async function listParts(
  deps: UploadDeps,
  who: Principal,
  id: string,
  after: number | undefined,
): Promise<PartsPage> {
  const upload = await requireUpload(deps, who, id)
  if (upload.outcome !== undefined) return { parts: [] }
  return (await deps.directUploads.parts(upload, after)) ?? { parts: [] }
}
