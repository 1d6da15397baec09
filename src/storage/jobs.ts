import { z } from 'zod'
import { formatIds, type PackageName, type Version, type VersionRef } from '../model/ids.ts'
import type { Sqs } from './sqs.ts'

const storedJob = z.object({
  kind: z.literal('settle'),
  format: z.enum(formatIds),
  name: z.string().transform((text) => text as PackageName),
  version: z.string().transform((text) => text as Version),
})

/** Work for the validator. A job carries only ids: the version item is the truth. */
export class Jobs {
  readonly #sqs: Sqs

  constructor(sqs: Sqs) {
    this.#sqs = sqs
  }

  /** Asks for a version to be settled. Delivered at least once. */
  async send(ref: VersionRef): Promise<void> {
    const { format, name, version } = ref
    await this.#sqs.send('jobs', JSON.stringify({ kind: 'settle', format, name, version }))
  }
}

/** Reads a job's message. @throws ZodError or SyntaxError for one that is none of ours */
export function parseJob(body: string): VersionRef {
  const { format, name, version } = storedJob.parse(JSON.parse(body))
  return { format, name, version }
}
