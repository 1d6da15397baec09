import { z } from '@hono/zod-openapi'
import type { Storage } from '../registry/storage-quota.ts'
import { type Defined, withoutUndefined } from '../std/defined.ts'

const count = z.int().min(0)

/** What is stored, wherever it is told. */
export const storedFields = {
  storedBytes: count.optional().openapi({ description: 'Bytes of all published files now, where they are counted.' }),
  storedFiles: count.optional(),
  storedBytesLimit: count.optional().openapi({ description: 'The most that there may be; absent: any number.' }),
}

type Shown = Defined<z.infer<z.ZodObject<typeof storedFields>>>

export function shownStored(stored: Storage | undefined): Shown {
  const { bytes, files, limitBytes } = stored ?? {}
  return withoutUndefined({ storedBytes: bytes, storedFiles: files, storedBytesLimit: limitBytes })
}
