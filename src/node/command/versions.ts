import { z } from 'zod'
import { Failure } from './failure.ts'
import type { Spec } from './spec.ts'

/** A version as the API tells it. */
export const versionSchema = z.object({
  version: z.string(),
  status: z.string(),
  publisher: z.string(),
  publishedAt: z.string().optional(),
  deprecated: z.string().optional(),
  blocked: z.string().optional(),
  file: z.object({ filename: z.string(), sizeBytes: z.number(), sha256: z.string().optional() }),
})

/** The version that a tag names; what is no tag is a version. @throws Failure `not_found` for what can be neither */
export function resolveVersion({ name }: Spec, selector: string, tags: Readonly<Record<string, string>>): string {
  const tagged = Object.hasOwn(tags, selector) ? tags[selector] : undefined
  if (tagged !== undefined) return tagged
  if (/^\d/.test(selector)) return selector
  throw new Failure('not_found', `${name} has no tag "${selector}".`, {
    code: 'tag_not_found',
    hint: `It has: ${Object.keys(tags).join(', ') || 'none'}.`,
  })
}
