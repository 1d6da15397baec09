import { z } from 'zod'
import { withoutUndefined } from './std/defined.ts'

const most = (least: number, largest: number) => z.coerce.number().int().min(least).max(largest)
const sessions = most(1, 10_000)
const bytes = most(1, 1e15)

/** How much people and organisations can have. */
export const limitSettings = {
  /** Uploads that one account can have open at a time, and bytes of all their files. */
  DECKLE_OPEN_UPLOADS: sessions.default(100),
  DECKLE_OPEN_UPLOAD_BYTES: bytes.default(1e12),
  /** The same for an organisation, of all its members together; absent: any number. */
  DECKLE_ORGANISATION_OPEN_UPLOADS: sessions.optional(),
  DECKLE_ORGANISATION_OPEN_UPLOAD_BYTES: bytes.optional(),
  /** Bytes that one account, or organisation, can have stored in its packages; absent: any number. */
  DECKLE_USER_STORED_BYTES: most(0, 1e15).optional(),
  DECKLE_ORGANISATION_STORED_BYTES: most(0, 1e15).optional(),
}

type LimitValues = z.output<z.ZodObject<typeof limitSettings>>

interface OpenUploads {
  readonly sessions: number
  readonly bytes: number
}

export interface LimitConfig {
  readonly uploadQuotas: { readonly user: OpenUploads; readonly organisation?: OpenUploads }
  readonly storageQuotas: { readonly user?: number; readonly organisation?: number }
}

export function limitsOf(value: LimitValues): LimitConfig {
  const user = { sessions: value.DECKLE_OPEN_UPLOADS, bytes: value.DECKLE_OPEN_UPLOAD_BYTES }
  const said = withoutUndefined({
    sessions: value.DECKLE_ORGANISATION_OPEN_UPLOADS,
    bytes: value.DECKLE_ORGANISATION_OPEN_UPLOAD_BYTES,
  })
  const anyNumber = { sessions: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }
  return {
    uploadQuotas: { user, ...(Object.keys(said).length === 0 ? {} : { organisation: { ...anyNumber, ...said } }) },
    storageQuotas: withoutUndefined({
      user: value.DECKLE_USER_STORED_BYTES,
      organisation: value.DECKLE_ORGANISATION_STORED_BYTES,
    }),
  }
}
