import { z } from 'zod'
import type { FileRef } from '../model/ids.ts'
import { formatIds } from '../model/ids.ts'
import type { ClaimedFile, Reason } from '../model/records.ts'
import { severities } from './check.ts'
import type { RunResult } from './run.ts'
import { scoreOf } from './score.ts'
import { verdictKinds } from './verdict.ts'

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`))
const count = z.int().nonnegative()

const findingShape = z.object({
  code: z.string().describe('Stable, snake_case; every code is explained in the documentation.'),
  severity: z.enum(severities).describe('Only an `error` refuses the version.'),
  path: z.string().exactOptional().describe('The place in the archive or in the manifest, made printable.'),
  message: z.string().describe('What is wrong, in one line.'),
  hint: z.string().describe('What to do about it, in one line.'),
})

const scoreShape = z.object({
  value: z.int().min(0).max(100),
  deductions: z
    .array(z.object({ code: z.string(), points: z.int().positive(), count: count.describe('Findings of the code.') }))
    .describe('Points taken off 100, once for each code; the documentation lists what each costs.'),
})

const reportShape = z
  .object({
    schema: z.literal(1).describe('Goes up when the meaning of a member changes; members may be added without.'),
    format: z.enum(formatIds),
    package: z.string(),
    version: z.string(),
    filename: z.string(),
    verdict: z
      .enum(verdictKinds)
      .describe('`rejected`: a finding is an error. `failed`: the registry could not judge the file.'),
    sizeBytes: count,
    digests: z
      .object({ sha1: hex(40), sha256: hex(64), sha512: hex(128) })
      .exactOptional()
      .describe('Absent when the file came past the registry and could not be read to its end.'),
    startedAt: z.iso.datetime(),
    durationMs: z.number().nonnegative(),
    findings: z.array(findingShape).describe('The most severe first. Not all of them when `truncated`.'),
    counts: z.object({ error: count, warning: count, info: count }).describe('Of all findings.'),
    score: scoreShape
      .exactOptional()
      .describe('Absent when the file could not be judged, and in reports of before there was one.'),
    facts: z
      .object({
        fileCount: count,
        unpackedSizeBytes: count,
        capabilities: z
          .array(z.string())
          .exactOptional()
          .describe('What its code was seen to use: `network`, `processes`, `dynamic_code`, `native_code`.'),
      })
      .describe('As far as the archive was read: to its end in a version that was accepted.'),
    truncated: z.boolean().describe('There were more findings than the report holds.'),
  })
  .describe('What validation found in one uploaded file.')

/** What is stored for, and shown to, whoever may read the version. */
export type Report = z.infer<typeof reportShape>

/** Without its address (`$id`), which depends on where the registry lives. JSON Schema, draft 2020-12. */
export const reportSchema = z.toJSONSchema(reportShape, { target: 'draft-2020-12', io: 'input' })

export interface ReportInput {
  readonly file: FileRef
  readonly stored: ClaimedFile
  readonly result: RunResult
}

/** Less than 4 KB for each finding that was kept: 800 KB of JSON for 200 of them. Holds no secret and no stack. */
export function buildReport({ file, stored, result }: ReportInput): Report {
  const { fileCount, unpackedSizeBytes, capabilities } = result.facts
  const { value, deductions } = scoreOf(result.codes)
  return {
    schema: 1,
    format: file.format,
    package: file.name,
    version: file.version,
    filename: file.filename,
    verdict: result.verdict,
    sizeBytes: stored.sizeBytes,
    ...digestsOf(stored, result),
    startedAt: result.startedAt,
    durationMs: result.durationMs,
    findings: [...result.findings],
    counts: { ...result.counts },
    ...(result.verdict === 'failed' ? {} : { score: { value, deductions: [...deductions] } }),
    facts: { fileCount, unpackedSizeBytes, ...(capabilities === undefined ? {} : { capabilities: [...capabilities] }) },
    truncated: result.truncated,
  }
}

function digestsOf({ sha1, sha256, sha512 }: ClaimedFile, { facts }: RunResult): Pick<Report, 'digests'> {
  if (facts.digests !== undefined) return { digests: { ...facts.digests } }
  if (sha1 === undefined || sha256 === undefined || sha512 === undefined) return {}
  return { digests: { sha1, sha256, sha512 } }
}

/** The first reasons of a refusal, for the publisher's terminal: errors only. */
export function reasonsOf(result: Pick<RunResult, 'findings'>, most: number): readonly Reason[] {
  return result.findings
    .filter(({ severity }) => severity === 'error')
    .slice(0, most)
    .map(({ severity: _, ...reason }) => reason)
}
