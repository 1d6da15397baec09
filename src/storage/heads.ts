import { z } from 'zod'
import { checkMoments } from '../model/check-script.ts'
import {
  type FormatId,
  formatIds,
  type OrgName,
  type PackageName,
  type PackageRef,
  type Revision,
  type TeamId,
  type Username,
  type Version,
} from '../model/ids.ts'
import { type Grantee, type Head, rights, visibilities } from '../model/records.ts'
import { withoutUndefined } from '../std/defined.ts'
import type { DynamoDb } from './dynamodb.ts'
import { headItem, packageKey, parsePackageKey } from './keys.ts'

const restriction = z.object({
  reason: z.string(),
  by: z.string().transform((text) => text as Username),
  at: z.string(),
})

const amount = z.object({ bytes: z.number().int(), files: z.number().int() })

const storedHead = z.object({
  format: z.enum(formatIds),
  name: z.string().transform((text) => text as PackageName),
  generation: z.number().int(),
  revision: z
    .string()
    .transform((text) => text as Revision)
    .optional(),
  previousRevision: z
    .string()
    .transform((text) => text as Revision)
    .optional(),
  renderedFor: z.string().optional(),
  visibility: z.enum(visibilities),
  owners: z.array(z.string().transform((text) => text as Username)),
  org: z
    .string()
    .transform((text) => text as OrgName)
    .optional(),
  paidBy: z.literal('owner').optional(),
  grants: z
    .record(
      z.string().transform((text) => text as Grantee),
      z.enum(rights),
    )
    .optional(),
  sensitive: z.object({ groups: z.array(z.string().transform((text) => text as TeamId)) }).optional(),
  checkScript: z.object({ digest: z.string(), moments: z.array(z.enum(checkMoments)) }).optional(),
  lock: restriction.optional(),
  block: restriction.optional(),
  blockedVersions: z.record(z.string(), z.string()).optional(),
  secondFactor: z.enum(['publish', 'automation']).optional(),
  tags: z.record(
    z.string(),
    z.string().transform((text) => text as Version),
  ),
  stored: z.object({ listed: amount, blocked: z.record(z.string(), amount) }).optional(),
  createdAt: z.string(),
  modifiedAt: z.string(),
})

export interface HeadPage {
  readonly heads: readonly Head[]
  /** Name to go on after. */
  readonly next?: string
}

/** The partition of the sparse index for heads whose change search has not taken up. */
const indexWork = 'index'

/** Heads of packages: one small mutable item each. */
export class Heads {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /** Read consistently: what a change rests on must be the newest. */
  async get(ref: PackageRef): Promise<Head | undefined> {
    const item = await this.#db.get('packages', keyOf(ref), { consistent: true })
    return item === undefined ? undefined : parse(item)
  }

  /** Puts the head of a new package, unless the name is taken. A lost answer may make a claim of ours look taken. */
  async claim(head: Head): Promise<'claimed' | 'taken'> {
    const written = await this.#db.put('packages', itemOf(head), { condition: { attributeNotExists: 'package' } })
    return written.outcome === 'done' ? 'claimed' : 'taken'
  }

  /**
   * Compare-and-set by generation; in the same write, search is due to take the change up.
   * False: somebody was first, or a lost answer of ours; read it again.
   */
  async replace(before: Head, after: Head): Promise<boolean> {
    const condition = { equals: { generation: before.generation } }
    const due = { work: indexWork, workDueAt: after.modifiedAt }
    const written = await this.#db.put('packages', { ...itemOf(after), ...due }, { condition })
    return written.outcome === 'done'
  }

  /** The heads that exist, by name, in no particular order; read consistently. */
  async many(refs: readonly PackageRef[]): Promise<ReadonlyMap<PackageName, Head>> {
    const items = await this.#db.batchGet('packages', refs.map(keyOf), { consistent: true })
    return new Map(items.map(parse).map((head) => [head.name, head]))
  }

  /** Packages whose change search has not taken up by `now`; eventually consistent, oldest first. */
  async unindexed(now: string, limit: number): Promise<readonly PackageRef[]> {
    const page = await this.#db.query('packages', {
      index: 'byWork',
      partition: indexWork,
      sort: { atMost: now },
      limit,
    })
    return page.items.map((item) => parsePackageKey(String(item['package'])))
  }

  /** Keeps other sweepers away from a package that search has to take up. */
  async postponeIndexing(ref: PackageRef, dueAt: string): Promise<void> {
    const condition = { attributeExists: 'work' }
    await this.#db.update('packages', keyOf(ref), { set: { workDueAt: dueAt }, condition })
  }

  /** Notes that search has taken the package up as this head describes it; a later change stays due. */
  async markIndexed(head: Head): Promise<void> {
    const condition = { equals: { generation: head.generation } }
    await this.#db.update('packages', keyOf(head), { remove: ['work', 'workDueAt'], condition })
  }

  /** Packages of a format by name, a page at a time; eventually consistent. */
  async list(format: FormatId, options: { readonly after?: string; readonly limit: number }): Promise<HeadPage> {
    const { after, limit } = options
    const page = await this.#db.query('packages', {
      index: 'byFormat',
      partition: format,
      limit,
      ...(after === undefined ? {} : { sort: { greaterThan: after } }),
    })
    const heads = page.items.map(parse)
    const last = heads.at(-1)
    return { heads, ...(page.next === undefined || last === undefined ? {} : { next: last.name }) }
  }
}

function keyOf(ref: PackageRef) {
  return { package: packageKey(ref), item: headItem }
}

/** `listing` puts the item into the index that lists packages by format and name. */
function itemOf(head: Head): object {
  return { ...head, ...keyOf(head), listing: head.format }
}

/** Absent attributes and `undefined` are one to the store, and not to the type. */
function parse(item: unknown): Head {
  return withoutUndefined(storedHead.parse(item))
}
