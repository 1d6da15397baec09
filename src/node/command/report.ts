import { z } from 'zod'
import { plainLine } from './plain-text.ts'

const findingSchema = z.looseObject({
  code: z.string(),
  severity: z.string().optional(),
  message: z.string().optional(),
  path: z.string().optional(),
  hint: z.string().optional(),
})
/** What validation found, as far as it is shown. */
export const reportSchema = z.looseObject({
  package: z.string(),
  version: z.string(),
  verdict: z.string(),
  score: z.looseObject({ total: z.number() }).optional().catch(undefined),
  findings: z.array(findingSchema).default([]),
})
export type Report = z.infer<typeof reportSchema>

export function findingLines({ findings }: Report): readonly string[] {
  return findings.length === 0 ? ['Nothing was found.'] : findings.map(findingLine)
}

function findingLine({ severity = 'note', code, path, message = '', hint }: z.infer<typeof findingSchema>): string {
  const place = path === undefined ? '' : ` in ${path}`
  return plainLine(`${severity} ${code}${place}: ${message} ${hint ?? ''}`)
}
