import { z } from 'zod'

const number = z.number().int().exactOptional()

/** How a user's or an organisation's own quota is kept. */
export const storedQuota = z.object({ storedBytes: number, openUploads: number, openUploadBytes: number })
