import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import type { Places } from '../places.ts'
import { readPrivate, removePrivate, writePrivate } from '../private-file.ts'

const stateSchema = z.object({
  /** Of the upload, as the registry names it. */
  id: z.string(),
  /** What is uploaded: of another file, this one is not gone on with. */
  identity: z.string(),
  /** For people who look into the file. */
  registry: z.string(),
  package: z.string(),
  version: z.string(),
  filename: z.string(),
  /** It is only tried: what is to be published is another upload. */
  dryRun: z.literal(true).optional(),
})

export type UploadState = z.infer<typeof stateSchema>
type Target = Omit<UploadState, 'id' | 'identity'>

/** What is remembered of an upload that is under way, so that the same command goes on after whatever happened. */
export class StateFile {
  readonly #path: string
  readonly #target: Target

  constructor({ uploads }: Places, target: Target) {
    const { registry, package: name, version, filename, dryRun } = target
    const key = createHash('sha256')
      .update(JSON.stringify([registry, name, version, filename, ...(dryRun ? ['dry run'] : [])]))
      .digest('hex')
    this.#path = join(uploads, `${key.slice(0, 32)}.json`)
    this.#target = target
  }

  read(): UploadState | undefined {
    return readPrivate(this.#path, stateSchema)
  }

  write(id: string, identity: string): void {
    writePrivate(this.#path, { ...this.#target, id, identity } satisfies UploadState)
  }

  remove(): void {
    removePrivate(this.#path)
  }
}
