import { z } from 'zod'
import { mostOpenUploads, mostQuotaBytes, type Quotas } from './model/quota.ts'
import { withoutUndefined } from './std/defined.ts'

const most = (least: number, largest: number) => z.coerce.number().int().min(least).max(largest)
const sessions = most(1, mostOpenUploads)
const bytes = most(1, mostQuotaBytes)

/** How much people and organisations can have, where an administrator has not said otherwise. */
export const limitSettings = {
  /** Uploads that one account can have open at a time, and bytes of all their files. */
  DECKLE_OPEN_UPLOADS: sessions.default(100),
  DECKLE_OPEN_UPLOAD_BYTES: bytes.default(1e12),
  /** The same for an organisation, of all its members together; absent: any number. */
  DECKLE_ORGANISATION_OPEN_UPLOADS: sessions.optional(),
  DECKLE_ORGANISATION_OPEN_UPLOAD_BYTES: bytes.optional(),
  /** Bytes that one account, or organisation, can have stored in its packages; absent: any number. */
  DECKLE_USER_STORED_BYTES: most(0, mostQuotaBytes).optional(),
  DECKLE_ORGANISATION_STORED_BYTES: most(0, mostQuotaBytes).optional(),
}

type LimitValues = z.output<z.ZodObject<typeof limitSettings>>

export interface LimitConfig {
  readonly quotas: Quotas
}

export function limitsOf(value: LimitValues): LimitConfig {
  return {
    quotas: {
      user: withoutUndefined({
        storedBytes: value.DECKLE_USER_STORED_BYTES,
        openUploads: value.DECKLE_OPEN_UPLOADS,
        openUploadBytes: value.DECKLE_OPEN_UPLOAD_BYTES,
      }),
      organisation: withoutUndefined({
        storedBytes: value.DECKLE_ORGANISATION_STORED_BYTES,
        openUploads: value.DECKLE_ORGANISATION_OPEN_UPLOADS,
        openUploadBytes: value.DECKLE_ORGANISATION_OPEN_UPLOAD_BYTES,
      }),
    },
  }
}
