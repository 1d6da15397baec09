import { z } from 'zod'

/** One line of a refusal, as items of versions and of upload sessions keep it. */
export const storedReason = z.object({
  code: z.string(),
  path: z.string().exactOptional(),
  message: z.string(),
  hint: z.string(),
})
