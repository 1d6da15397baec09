import { z } from 'zod'
import { type FileName, formatIds, type OrgName, type PackageName, type Username, type Version } from '../model/ids.ts'
import type { DownloadEvent } from '../model/records.ts'
import { withoutUndefined } from '../std/defined.ts'

/** What an event has of its own where it shares an item with others of the same user and package. */
export const ownPart = z.object({
  id: z.string(),
  version: z
    .string()
    .transform((text) => text as Version)
    .optional(),
  filename: z
    .string()
    .transform((text) => text as FileName)
    .optional(),
  at: z.string(),
  outcome: z.enum(['allowed', 'refused']),
  reason: z.string().optional(),
  sizeBytes: z.number().int().optional(),
  org: z
    .string()
    .transform((text) => text as OrgName)
    .optional(),
  addressPrefix: z.string().optional(),
  client: z.string().optional(),
})

/** What they share. */
export const sharedPart = z.object({
  format: z.enum(formatIds),
  name: z.string().transform((text) => text as PackageName),
  username: z
    .string()
    .transform((text) => text as Username)
    .optional(),
})

const wholeEvents = z.array(ownPart.extend(sharedPart.shape))

/** Events as JSON text. */
export function parseEvents(text: string): readonly DownloadEvent[] {
  return wholeEvents.parse(JSON.parse(text)).map((event): DownloadEvent => withoutUndefined(event))
}
