import { refuse } from '../../model/refusals.ts'
import { partCountOf, partSizeOf, type Upload } from '../../model/upload.ts'
import type { StandingPart } from '../../storage/s3-objects.ts'
import type { UploadDeps } from './own-upload.ts'
import type { WantedPart } from './parts.ts'

/**
 * Puts a session's parts together, if all stand and are those that were `said` to have been sent. Repeatable: what is
 * whole stays so.
 * @throws Refusal `upload_incomplete`
 */
export async function assemble(
  { directUploads }: Pick<UploadDeps, 'directUploads'>,
  upload: Upload,
  said: readonly WantedPart[] | undefined,
): Promise<void> {
  const parts = await directUploads.allParts(upload)
  if (parts === undefined) {
    // Put together by an attempt that did not come further
    if ((await directUploads.whole(upload.id)) === upload.sizeBytes) return
    throw refuse('upload_incomplete', { problem: 'what was sent is gone; begin another upload' })
  }
  const problem = partsProblem(upload, parts, said)
  if (problem !== undefined) throw refuse('upload_incomplete', { problem })
  await directUploads.assemble(upload, parts)
}

const mostNamed = 20

function partsProblem(
  upload: Upload,
  standing: readonly StandingPart[],
  said: readonly WantedPart[] = [],
): string | undefined {
  const byNumber = new Map(standing.map((part) => [part.partNumber, part]))
  const numbers = Array.from({ length: partCountOf(upload) }, (_, index) => index + 1)
  const missing = numbers.filter((number) => byNumber.get(number)?.sizeBytes !== partSizeOf(upload, number))
  if (missing.length > 0) return `missing: ${listed(missing)}`
  const other = said.filter(({ number, sha256 }) => byNumber.get(number)?.sha256 !== sha256)
  return other.length === 0 ? undefined : `other bytes were sent for ${listed(other.map((part) => part.number))}`
}

function listed(numbers: readonly number[]): string {
  const more = numbers.length > mostNamed ? ` and ${numbers.length - mostNamed} more` : ''
  return `${numbers.length === 1 ? 'part' : 'parts'} ${numbers.slice(0, mostNamed).join(', ')}${more}`
}
