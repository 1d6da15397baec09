import { z } from 'zod'
import { type ClaimRef, type FileName, formatIds, type PackageName, type UploadId, type Version } from '../model/ids.ts'
import type { Telemetry } from '../model/telemetry.ts'
import type { Sqs } from './sqs.ts'

const storedJob = z.object({
  kind: z.literal('settle'),
  format: z.enum(formatIds),
  name: z.string().transform((text) => text as PackageName),
  version: z.string().transform((text) => text as Version),
  filename: z
    .string()
    .transform((text) => text as FileName)
    .exactOptional(),
  dryRun: z
    .string()
    .transform((text) => text as UploadId)
    .exactOptional(),
  traceparent: z.string().exactOptional(),
})

/** A claim to settle, or a session whose file is only tried as one; and the trace that asked for it, if it is noted. */
export type Job = ClaimRef & { readonly dryRun?: UploadId; readonly traceparent?: string }

/** Work for the validator. A job carries only ids: the version item, or the session's, is the truth. */
export class Jobs {
  readonly #sqs: Sqs
  readonly #telemetry: Telemetry

  constructor(sqs: Sqs, telemetry: Telemetry = {}) {
    this.#sqs = sqs
    this.#telemetry = telemetry
  }

  /** Asks for a claim to be settled, or for a dry run to be judged. Delivered at least once. */
  async send(job: ClaimRef & Pick<Job, 'dryRun'>): Promise<void> {
    const { format, name, version, filename, dryRun } = job
    const traceparent = this.#telemetry.tracer?.traceparent()
    const message = { kind: 'settle', format, name, version, filename, dryRun, traceparent }
    await this.#sqs.send('jobs', JSON.stringify(message))
  }
}

/** Reads a job's message. @throws ZodError or SyntaxError for one that is none of ours */
export function parseJob(body: string): Job {
  const { kind, ...job } = storedJob.parse(JSON.parse(body))
  return job
}
