import { z } from 'zod'
import type { Registry } from '../registry.ts'

const states = [
  'open',
  'validating',
  'published',
  'rejected',
  'valid',
  'invalid',
  'failed',
  'aborted',
  'expired',
] as const

const uploadSchema = z.object({
  id: z.string().min(1).max(300),
  state: z.enum(states),
  sizeBytes: z.int().nonnegative(),
  partBytes: z.int().positive(),
  partCount: z.int().min(1).max(10_000),
  validation: z.object({ checkedBytes: z.number(), totalBytes: z.number() }).optional(),
  reasons: z
    .array(
      z.object({ code: z.string(), path: z.string().optional(), message: z.string(), hint: z.string().optional() }),
    )
    .optional(),
  url: z.string().optional(),
  /** It is validated, and nothing is published. */
  dryRun: z.literal(true).optional(),
  report: z.string().optional(),
})

const standingSchema = z.object({
  parts: z.array(z.object({ number: z.int(), sha256: z.string().optional() })),
  next: z.int().optional(),
})

const linksSchema = z.object({
  parts: z.array(
    z.object({ number: z.int(), method: z.literal('PUT'), url: z.url(), headers: z.record(z.string(), z.string()) }),
  ),
})

/** A file on its way into the registry. */
export type Upload = z.infer<typeof uploadSchema>
/** Where one part goes: this link admits exactly that part. */
export type PartLink = z.infer<typeof linksSchema>['parts'][number]
export type Part = { readonly number: number; readonly sha256: string }

/** What is to be uploaded. */
export interface NewUpload {
  readonly format?: string
  readonly package: string
  readonly version: string
  readonly filename: string
  readonly sizeBytes: number
  readonly tags?: readonly string[]
  readonly visibility?: string
  readonly type?: string
  readonly description?: string
  /** Validated, and not published. */
  readonly dryRun?: true
}

/** Links are asked for in pages of so many parts. */
export const mostLinks = 100

/** The registry waits this long for the verdict, and a little. */
const completeWithinMs = 120_000
const path = '/api/v1/uploads'

/** Upload sessions, over the API. Every request may be sent twice: the second finds what the first did. */
export class Uploads {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** A new one, or the one that is open for the same file. */
  begin(upload: NewUpload): Promise<Upload> {
    return this.#registry.json({ method: 'POST', path, body: upload, isRepeatable: true }, uploadSchema)
  }

  read(id: string): Promise<Upload> {
    return this.#registry.get(pathOf(id), uploadSchema)
  }

  /** The SHA-256 of each part that storage has, in hex. */
  async standing(id: string): Promise<ReadonlyMap<number, string>> {
    const standing = new Map<number, string>()
    let after: number | undefined
    do {
      const query: string = after === undefined ? '' : `?after=${after}`
      const page = await this.#registry.get(`${pathOf(id)}/parts${query}`, standingSchema)
      // One whose digest is not known is sent again
      for (const { number, sha256 } of page.parts) if (sha256 !== undefined) standing.set(number, sha256)
      after = page.next
    } while (after !== undefined)
    return standing
  }

  /** @param parts at most `mostLinks` */
  async links(id: string, parts: readonly Part[]): Promise<ReadonlyMap<number, PartLink>> {
    const asked = { method: 'POST', path: `${pathOf(id)}/parts`, body: { parts }, isRepeatable: true } as const
    const { parts: links } = await this.#registry.json(asked, linksSchema)
    return new Map(links.map((link) => [link.number, link]))
  }

  /** Ends the upload: all parts are there. It is validated from here on. */
  complete(id: string, release: boolean): Promise<Upload> {
    const asked = { method: 'POST', path: `${pathOf(id)}/complete`, isRepeatable: true } as const
    return this.#registry.json({ ...asked, body: { release }, withinMs: completeWithinMs }, uploadSchema)
  }

  abort(id: string): Promise<void> {
    return this.#registry.change({ method: 'DELETE', path: pathOf(id) })
  }
}

function pathOf(id: string): string {
  return `${path}/${encodeURIComponent(id)}`
}
