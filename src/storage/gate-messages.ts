import { z } from 'zod'
import { checkDenials, checkMoments } from '../model/check-script.ts'
import { formatIds, type PackageName } from '../model/ids.ts'

const packageFields = {
  format: z.enum(formatIds),
  name: z
    .string()
    .max(250)
    .transform((text) => text as PackageName),
}
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** What the edge asks a validator over HTTP, as JSON. At `gatePaths.judge`: what the script of that digest says of a download. */
export const gateQuestion = z.object({
  ...packageFields,
  digest: sha256,
  input: z.record(z.string(), z.json()).and(z.object({ time: z.iso.datetime() })),
})

/** At `gatePaths.examine`: whether a text is a script, and what it can be asked. */
export const examineQuestion = z.object({ ...packageFields, script: z.string().max(200_000) })

export const gateAnswer = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('allow') }),
  z.object({
    verdict: z.literal('deny'),
    code: z.enum(checkDenials),
    reason: z.string(),
  }),
])

export const examineAnswer = z.union([
  z.object({ moments: z.array(z.enum(checkMoments)) }),
  z.object({ problem: z.string() }),
])
export type Examination = z.infer<typeof examineAnswer>
