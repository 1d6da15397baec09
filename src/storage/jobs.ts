import { z } from 'zod'
import { type ClaimRef, type FileName, formatIds, type PackageName, type Version } from '../model/ids.ts'
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
})

/** Work for the validator. A job carries only ids: the version item is the truth. */
export class Jobs {
  readonly #sqs: Sqs

  constructor(sqs: Sqs) {
    this.#sqs = sqs
  }

  /** Asks for a claim to be settled. Delivered at least once. */
  async send(ref: ClaimRef): Promise<void> {
    const { format, name, version, filename } = ref
    await this.#sqs.send('jobs', JSON.stringify({ kind: 'settle', format, name, version, filename }))
  }
}

/** Reads a job's message. @throws ZodError or SyntaxError for one that is none of ours */
export function parseJob(body: string): ClaimRef {
  const { kind: _, ...ref } = storedJob.parse(JSON.parse(body))
  return ref
}
