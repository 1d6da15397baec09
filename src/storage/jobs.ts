import { z } from 'zod'
import { formatIds, type PackageName, type Version, type VersionRef } from '../model/ids.ts'
import type { Telemetry } from '../model/telemetry.ts'
import type { Sqs } from './sqs.ts'

const storedJob = z.object({
  kind: z.literal('settle'),
  format: z.enum(formatIds),
  name: z.string().transform((text) => text as PackageName),
  version: z.string().transform((text) => text as Version),
  traceparent: z.string().exactOptional(),
})

/** A version to settle, and the trace that asked for it, if it is noted. */
export type Job = VersionRef & { readonly traceparent?: string }

/** Work for the validator. A job carries only ids: the version item is the truth. */
export class Jobs {
  readonly #sqs: Sqs
  readonly #telemetry: Telemetry

  constructor(sqs: Sqs, telemetry: Telemetry = {}) {
    this.#sqs = sqs
    this.#telemetry = telemetry
  }

  /** Asks for a version to be settled. Delivered at least once. */
  async send(ref: VersionRef): Promise<void> {
    const { format, name, version } = ref
    const traceparent = this.#telemetry.tracer?.traceparent()
    await this.#sqs.send('jobs', JSON.stringify({ kind: 'settle', format, name, version, traceparent }))
  }
}

/** Reads a job's message. @throws ZodError or SyntaxError for one that is none of ours */
export function parseJob(body: string): Job {
  const { kind, ...job } = storedJob.parse(JSON.parse(body))
  return job
}
