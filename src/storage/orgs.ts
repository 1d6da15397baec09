import { z } from 'zod'
import type { OrgName, TeamId, Username } from '../model/ids.ts'
import type { Org, Team } from '../model/records.ts'
import { withoutUndefined } from '../std/defined.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { Item, ItemKey } from './dynamodb-items.ts'

const orgName = z.string().transform((text) => text as OrgName)
const username = z.string().transform((text) => text as Username)

const storedOrg = z.object({
  org: orgName,
  displayName: z.string().optional(),
  owners: z.array(username),
  generation: z.number().int(),
  createdAt: z.string(),
})
const storedTeam = z.object({
  org: orgName,
  name: z.string(),
  teamId: z.string().transform((text) => text as TeamId),
  description: z.string().optional(),
  createdAt: z.string(),
})

export interface Page<T> {
  readonly entries: readonly T[]
  /** What to go on after. */
  readonly next?: string
}

/** One page of a list: after which entry, and how many at most. */
export interface Paging {
  readonly after?: string
  readonly limit: number
}

const listing = 'org'
const orgItem = 'org'
const teamPrefix = 'team/'
const memberPrefix = 'member/'

/**
 * Organisations, their teams, and whom to ask about membership. Accounts are the truth about who is a member of what:
 * an item here is put before the account says so, and removed after it does not any more.
 */
export class Orgs {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  async get(org: OrgName): Promise<Org | undefined> {
    const item = await this.#db.get('orgs', { org, item: orgItem }, { consistent: true })
    return item === undefined ? undefined : parseOrg(item)
  }

  async claim(org: Org): Promise<'claimed' | 'taken'> {
    const item = { ...org, item: orgItem, listing }
    const written = await this.#db.put('orgs', item, { condition: { attributeNotExists: 'org' } })
    return written.outcome === 'done' ? 'claimed' : 'taken'
  }

  /** Compare-and-set by generation. False: somebody was first, or a lost answer of ours; read it again. */
  async replace(before: Org, after: Org): Promise<boolean> {
    const condition = { equals: { generation: before.generation } }
    const item = { ...after, item: orgItem, listing }
    return (await this.#db.put('orgs', item, { condition })).outcome === 'done'
  }

  async remove(org: Org): Promise<boolean> {
    const condition = { equals: { generation: org.generation } }
    return (await this.#db.remove('orgs', { org: org.org, item: orgItem }, { condition })).outcome === 'done'
  }

  /** Organisations by name, a page at a time; eventually consistent. */
  async list({ after, limit }: Paging): Promise<Page<Org>> {
    const page = await this.#db.query('orgs', {
      index: 'byName',
      partition: listing,
      limit,
      ...(after === undefined ? {} : { after: { org: after, item: orgItem, listing } }),
    })
    return pageOf(page.items.map(parseOrg), page.next !== undefined, (org) => org.org)
  }

  async team(org: OrgName, name: string): Promise<Team | undefined> {
    const item = await this.#db.get('orgs', keyOfTeam(org, name), { consistent: true })
    return item === undefined ? undefined : parseTeam(item)
  }

  async claimTeam(team: Team): Promise<'claimed' | 'taken'> {
    const item = { ...team, ...keyOfTeam(team.org, team.name) }
    const written = await this.#db.put('orgs', item, { condition: { attributeNotExists: 'org' } })
    return written.outcome === 'done' ? 'claimed' : 'taken'
  }

  /** Absent is fine, and so is another team of that name that came after. */
  async removeTeam({ org, name, teamId }: Team): Promise<void> {
    await this.#db.remove('orgs', keyOfTeam(org, name), { condition: { equals: { teamId } } })
  }

  /** Teams of an organisation by name, a page at a time. */
  async teams(org: OrgName, paging: Paging): Promise<Page<Team>> {
    const { items, more } = await this.#items(org, teamPrefix, paging)
    return pageOf(items.map(parseTeam), more, (team) => team.name)
  }

  /** Repeatable. */
  async noteMember(org: OrgName, user: Username): Promise<void> {
    await this.#db.put('orgs', keyOfMember(org, user))
  }

  /** Absent is fine. */
  async forgetMember(org: OrgName, user: Username): Promise<void> {
    await this.#db.remove('orgs', keyOfMember(org, user))
  }

  /** Accounts that may be members, by name, a page at a time: ask each whether it is. */
  async candidates(org: OrgName, paging: Paging): Promise<Page<Username>> {
    const { items, more } = await this.#items(org, memberPrefix, paging)
    const names = items.map((item) => String(item['item']).slice(memberPrefix.length) as Username)
    return pageOf(names, more, (name) => name)
  }

  async #items(
    org: OrgName,
    prefix: string,
    { after, limit }: Paging,
  ): Promise<{ items: readonly Item[]; more: boolean }> {
    const page = await this.#db.query('orgs', {
      partition: org,
      sort: { beginsWith: prefix },
      consistent: true,
      limit,
      ...(after === undefined ? {} : { after: { org, item: `${prefix}${after}` } }),
    })
    return { items: page.items, more: page.next !== undefined }
  }
}

function keyOfTeam(org: OrgName, name: string): ItemKey {
  return { org, item: `${teamPrefix}${name}` }
}

function keyOfMember(org: OrgName, user: Username): ItemKey {
  return { org, item: `${memberPrefix}${user}` }
}

function parseOrg(item: unknown): Org {
  return withoutUndefined(storedOrg.parse(item))
}

function parseTeam(item: unknown): Team {
  return withoutUndefined(storedTeam.parse(item))
}

function pageOf<T>(entries: readonly T[], more: boolean, position: (entry: T) => string): Page<T> {
  const last = entries.at(-1)
  return { entries, ...(more && last !== undefined ? { next: position(last) } : {}) }
}
