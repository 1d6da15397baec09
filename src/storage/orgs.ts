import { z } from 'zod'
import type { OrgName, TeamId, Username } from '../model/ids.ts'
import type { Org, Team } from '../model/records.ts'
import { withoutUndefined } from '../std/defined.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { Item, ItemKey } from './dynamodb-items.ts'
import { storedQuota } from './stored-quota.ts'

const orgName = z.string().transform((text) => text as OrgName)
const username = z.string().transform((text) => text as Username)

const storedOrg = z.object({
  org: orgName,
  displayName: z.string().optional(),
  owners: z.array(username),
  generation: z.number().int(),
  closing: z.literal(true).optional(),
  quota: storedQuota.exactOptional(),
  createdAt: z.string(),
})
const storedTeam = z.object({
  org: orgName,
  name: z.string(),
  teamId: z.string().transform((text) => text as TeamId),
  description: z.string().optional(),
  closing: z.literal(true).optional(),
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
const joinedPrefix = 'joined/'

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

  /** Says what a team is for. False: it is gone, or going. */
  async describeTeam({ org, name, teamId }: Team, description: string | undefined): Promise<boolean> {
    const written = await this.#db.update('orgs', keyOfTeam(org, name), {
      ...(description === undefined ? { remove: ['description'] } : { set: { description } }),
      condition: { equals: { teamId }, attributeNotExists: 'closing' },
    })
    return written.outcome === 'done'
  }

  /** Begins to delete a team. Repeatable; one that is gone is fine. */
  async closeTeam({ org, name, teamId }: Team): Promise<void> {
    await this.#db.update('orgs', keyOfTeam(org, name), { set: { closing: true }, condition: { equals: { teamId } } })
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

  /** @param asOf the account's version that the member will be made from, so that no older `forget` removes the note */
  async noteMember(org: OrgName, user: Username, asOf: string): Promise<void> {
    await this.#note({ org, item: `${memberPrefix}${user}` }, asOf)
  }

  /** Absent is fine. @param version the account's, since when they are no member */
  async forgetMember(org: OrgName, user: Username, version: string): Promise<void> {
    await this.#forget({ org, item: `${memberPrefix}${user}` }, version)
  }

  /** Accounts that may be members, by name, a page at a time: ask each whether it is. */
  async candidates(org: OrgName, paging: Paging): Promise<Page<Username>> {
    return this.#names(org, memberPrefix, paging)
  }

  /** The same for a team. */
  async noteJoined({ org, teamId }: Pick<Team, 'org' | 'teamId'>, user: Username, asOf: string): Promise<void> {
    await this.#note({ org, item: `${joinedItems(teamId)}${user}` }, asOf)
  }

  async forgetJoined({ org, teamId }: Pick<Team, 'org' | 'teamId'>, user: Username, version: string): Promise<void> {
    await this.#forget({ org, item: `${joinedItems(teamId)}${user}` }, version)
  }

  /** Repeatable; a note of a newer version stays as it is. */
  async #note(key: ItemKey, asOf: string): Promise<void> {
    const condition = { anyOf: [{ attributeNotExists: 'org' }, { atMost: { asOf } }] }
    await this.#db.put('orgs', { ...key, asOf }, { condition })
  }

  /** Who is just being let in again was read at this version or later: their note stays. */
  async #forget(key: ItemKey, version: string): Promise<void> {
    await this.#db.remove('orgs', key, { condition: { lessThan: { asOf: version } } })
  }

  /** Accounts that may be in a team, by name, a page at a time: ask each whether it is. */
  async joined(team: Team, paging: Paging): Promise<Page<Username>> {
    return this.#names(team.org, joinedItems(team.teamId), paging)
  }

  /** Names at the end of the items that begin so. */
  async #names(org: OrgName, prefix: string, paging: Paging): Promise<Page<Username>> {
    const { items, more } = await this.#items(org, prefix, paging)
    const names = items.map((item) => String(item['item']).slice(prefix.length) as Username)
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

function joinedItems(team: TeamId): string {
  return `${joinedPrefix}${team}/`
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
