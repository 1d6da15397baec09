import { z } from 'zod'
import {
  type FileName,
  formatIds,
  type OrgName,
  type PackageName,
  type UploadId,
  type Username,
  type Version,
} from '../model/ids.ts'
import { visibilities } from '../model/records.ts'
import { type Upload, type UploadOutcome, uploadKinds, uploadOutcomes } from '../model/upload.ts'
import { withoutUndefined } from '../std/defined.ts'
import type { DynamoDb, QueryOptions } from './dynamodb.ts'
import type { Item, ItemKey } from './dynamodb-items.ts'
import { accountKey, openUploadPrefix, orgUploadKey, orgUploadsKey, uploadKey } from './keys.ts'
import { storedReason } from './stored-reason.ts'
import { uploadSessionDays } from './tables.ts'

const storedUpload = z.object({
  id: z.string().transform((text) => text as UploadId),
  owner: z.string().transform((text) => text as Username),
  org: z
    .string()
    .transform((text) => text as OrgName)
    .optional(),
  format: z.enum(formatIds),
  name: z.string().transform((text) => text as PackageName),
  version: z.string().transform((text) => text as Version),
  filename: z.string().transform((text) => text as FileName),
  sizeBytes: z.number().int(),
  sha256: z.string().optional(),
  tags: z.array(z.string()).optional(),
  visibility: z.enum(visibilities).optional(),
  kind: z.enum(uploadKinds).optional(),
  releases: z.literal(true).optional(),
  description: z.string().optional(),
  partBytes: z.number().int(),
  multipart: z.string().optional(),
  createdAt: z.string(),
  expiresAt: z.string(),
  outcome: z.enum(uploadOutcomes).optional(),
  dryRun: z.literal(true).optional(),
  submittedAt: z.string().optional(),
  attempts: z.number().int().optional(),
  checkedBytes: z.number().int().optional(),
  reasons: z.array(storedReason).optional(),
})

const openWork = 'open'
/** How long it can be read what became of a session. */
const keptDays = 30

/** What there is to tell of a dry run that is decided. */
export type DryRunFindings = Pick<Upload, 'reasons' | 'sha256'>

export interface UploadPage {
  readonly uploads: readonly Upload[]
  readonly next?: string
}

/**
 * Upload sessions. An open one is an item `open/<id>`; the item `closed/<id>`, which is put once and never changed, says
 * that it is open no more, and the first one goes last: until then the sweeper sees to it.
 */
export class Uploads {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /** Repeatable. It is proposed to its organisation first: what was never opened is proposed in vain, and expires. */
  async open(upload: Upload): Promise<void> {
    const { org, id, createdAt } = upload
    const ttl = Math.ceil(Date.parse(createdAt) / 1_000) + (uploadSessionDays + 1) * 86_400
    if (org !== undefined) await this.#db.put('uploads', { ...orgUploadKey(org, id), id, ttl })
    await this.#db.put('uploads', { ...upload, ...uploadKey('open', upload.id), ...workAt(upload.expiresAt) })
  }

  /** A session as it is: open, or with its outcome. Read consistently. */
  async get(id: UploadId): Promise<Upload | undefined> {
    const keys = [uploadKey('open', id), uploadKey('closed', id)]
    const items = await this.#db.batchGet('uploads', keys, { consistent: true })
    const found = items.map(parse)
    return found.find(({ outcome }) => outcome !== undefined) ?? found[0]
  }

  /** Somebody's open sessions, oldest first, read consistently: as many as they may have at a time. */
  async openOf(owner: Username): Promise<readonly Upload[]> {
    const found = await this.#all({ partition: accountKey(owner), sort: { beginsWith: openUploadPrefix } })
    return found
      .map(parse)
      .filter((upload) => upload.owner === owner)
      .sort(byAge)
  }

  /** The same of an organisation. */
  async openFor(org: OrgName): Promise<readonly Upload[]> {
    const proposed = await this.#all({ partition: orgUploadsKey(org) })
    const keys = proposed.map((item) => uploadKey('open', String(item['id']) as UploadId))
    return (await this.#db.batchGet('uploads', keys, { consistent: true })).map(parse).sort(byAge)
  }

  async #all(query: Pick<QueryOptions<'uploads'>, 'partition' | 'sort'>): Promise<readonly Item[]> {
    const found: Item[] = []
    let after: ItemKey | undefined
    do {
      const page = await this.#db.query('uploads', {
        ...query,
        consistent: true,
        ...(after === undefined ? {} : { after }),
      })
      found.push(...page.items)
      after = page.next
    } while (after !== undefined)
    return found
  }

  /** Somebody's sessions a page at a time, the open ones first; those that ended within a month among them. */
  async page(
    owner: Username,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ): Promise<UploadPage> {
    const page = await this.#db.query('uploads', {
      partition: accountKey(owner),
      descending: true,
      limit,
      ...(after === undefined ? {} : { after: { account: accountKey(owner), item: after } }),
    })
    const uploads = page.items.map(parse).filter((upload) => upload.owner === owner)
    return { uploads, ...(page.next === undefined ? {} : { next: String(page.next['item']) }) }
  }

  /** Says that a session is alive. `gone`: it takes nothing any more. */
  async touch({ id }: Upload, expiresAt: string): Promise<'done' | 'gone'> {
    const written = await this.#db.update('uploads', uploadKey('open', id), {
      set: { expiresAt, workDueAt: expiresAt },
      condition: { attributeExists: 'item', attributeNotExists: 'submittedAt' },
    })
    return written.outcome === 'done' ? 'done' : 'gone'
  }

  /** Fixes the digest of a session's file, once. @returns whether it is this one now */
  async pin({ id }: Upload, sha256: string): Promise<boolean> {
    const written = await this.#db.update('uploads', uploadKey('open', id), {
      set: { sha256 },
      condition: {
        attributeExists: 'item',
        anyOf: [{ attributeNotExists: 'sha256' }, { equals: { sha256 } }],
      },
    })
    return written.outcome === 'done'
  }

  /** Hands a dry run over to the validators. `gone`: it was ended meanwhile. Again is fine. */
  async submit({ id }: Upload, submittedAt: string, dueAt: string): Promise<'done' | 'gone'> {
    const written = await this.#db.update('uploads', uploadKey('open', id), {
      set: { submittedAt, workDueAt: dueAt },
      condition: { attributeExists: 'item' },
    })
    return written.outcome === 'done' ? 'done' : 'gone'
  }

  /** Says that a dry run is being worked on: how often that was begun, or how far it is. One that is over is left alone. */
  async heartbeat(id: UploadId, dueAt: string, progress: Pick<Upload, 'attempts' | 'checkedBytes'>): Promise<void> {
    await this.#db.update('uploads', uploadKey('open', id), {
      set: { ...progress, workDueAt: dueAt },
      condition: { attributeExists: 'submittedAt' },
    })
  }

  /** Says what becomes of a session: the first to say so is right. @returns the outcome that holds */
  async close(
    upload: Upload,
    outcome: UploadOutcome,
    nowMs: number,
    found: DryRunFindings = {},
  ): Promise<UploadOutcome> {
    const ttl = Math.ceil(nowMs / 1_000) + keptDays * 86_400
    const item = { ...upload, ...found, ...uploadKey('closed', upload.id), outcome, ttl }
    const written = await this.#db.put('uploads', item, { condition: { attributeNotExists: 'item' } })
    if (written.outcome === 'done') return outcome
    return (await this.get(upload.id))?.outcome ?? outcome
  }

  /** Ends the sweeper's interest in a session: there is nothing left to do. */
  async done({ id, org }: Upload): Promise<void> {
    if (org !== undefined) await this.#db.remove('uploads', orgUploadKey(org, id)) // repeatable
    await this.#db.remove('uploads', uploadKey('open', id))
  }

  /** Open sessions that were to end by `now`; eventually consistent, oldest first. */
  async due(now: string, limit: number): Promise<readonly UploadId[]> {
    const page = await this.#db.query('uploads', {
      index: 'byWork',
      partition: openWork,
      sort: { atMost: now },
      limit,
    })
    return page.items.map((item) => String(item['id']) as UploadId)
  }

  /** Lets the sweeper look at a session later. */
  async postpone(id: UploadId, dueAt: string): Promise<void> {
    await this.#db.update('uploads', uploadKey('open', id), {
      set: { workDueAt: dueAt },
      condition: { attributeExists: 'item' },
    })
  }
}

const workAt = (dueAt: string) => ({ work: openWork, workDueAt: dueAt })

function byAge(a: Upload, b: Upload): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  return a.id < b.id ? -1 : 1
}

function parse(item: unknown): Upload {
  return withoutUndefined(storedUpload.parse(item))
}
