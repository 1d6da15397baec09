import { z } from 'zod'
import type { OrgName, TeamId, Username } from '../model/ids.ts'
import { secondFactorModes, type User } from '../model/records.ts'
import { type OrgRole, orgRoles, roles } from '../model/standing.ts'
import { withoutUndefined } from '../std/defined.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { Condition } from './dynamodb-expressions.ts'
import type { Item, ItemKey } from './dynamodb-items.ts'
import { accountKey } from './keys.ts'
import { storedQuota } from './stored-quota.ts'

const name = z.string().transform((text) => text as Username)
const restriction = z.object({ reason: z.string(), by: name, at: z.string() })

const storedUser = z.object({
  username: name,
  email: z.string().optional(),
  passwordHash: z.string(),
  roles: z.array(z.enum(roles)),
  epoch: z.number().int(),
  secondFactor: z.enum(secondFactorModes).optional(),
  disabled: restriction.optional(),
  orgs: z.record(
    z.string().transform((text) => text as OrgName),
    z.enum(orgRoles),
  ),
  teams: z.array(z.string().transform((text) => text as TeamId)),
  quota: storedQuota.exactOptional(),
  createdAt: z.string(),
  fullName: z.string().optional(),
  updatedAt: z.string().optional(),
})

/** Why a name can be nobody's account: it is an organisation's, or was the account of somebody who is gone. */
type Reservation = 'org' | 'deleted'

/** The index that lists accounts has one partition. */
const listing = 'user'

/** What of an account is written anew; `undefined` takes a value away. */
export interface UserPatch {
  readonly email?: string | undefined
  readonly fullName?: string | undefined
  readonly passwordHash?: string
  readonly roles?: User['roles']
  readonly epoch?: number
  readonly secondFactor?: User['secondFactor'] | undefined
  readonly disabled?: User['disabled'] | undefined
  readonly orgs?: Readonly<Record<OrgName, OrgRole>>
  readonly teams?: readonly TeamId[]
  readonly quota?: User['quota'] | undefined
}

export interface UserPage {
  readonly users: readonly User[]
  /** Name to go on after. */
  readonly next?: string
}

/** Accounts by name, and the names that can be none. */
export class Users {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  async get(username: Username): Promise<User | undefined> {
    const item = await this.#db.get('users', keyOfUser(username), { consistent: true })
    return item === undefined ? undefined : readUser(item)
  }

  /** Those of the names that have an account, read consistently. */
  async many(usernames: readonly Username[]): Promise<ReadonlyMap<Username, User>> {
    const items = await this.#db.batchGet('users', usernames.map(keyOfUser), { consistent: true })
    const users = items.map(readUser).filter((user) => user !== undefined)
    return new Map(users.map((user) => [user.username, user]))
  }

  /** Accounts by name, a page at a time; eventually consistent. @param prefix only names that begin so */
  async list(options: {
    readonly prefix?: string
    readonly after?: string
    readonly limit: number
  }): Promise<UserPage> {
    const { prefix = '', after, limit } = options
    const page = await this.#db.query('users', {
      index: 'byName',
      partition: listing,
      limit,
      ...(after === undefined ? {} : { after: { ...keyOfUser(after as Username), listing, username: after } }),
      ...(prefix === '' ? {} : { sort: { beginsWith: prefix } }),
    })
    const users = page.items.map(parseUser)
    const last = users.at(-1)
    return { users, ...(page.next === undefined || last === undefined ? {} : { next: last.username }) }
  }

  /**
   * Writes a part of an account, if it still stands as it was read (its `updatedAt` is what is compared). What this code
   * does not know of an account stays. Undefined: it was changed meanwhile, or is gone; read it again.
   */
  async replace(before: User, patch: UserPatch, updatedAt: string): Promise<User | undefined> {
    const set = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
    const remove = Object.keys(patch).filter((key) => !Object.hasOwn(set, key))
    const written = await this.#db.update('users', keyOfUser(before.username), {
      set: { ...set, updatedAt },
      remove,
      condition: unchangedSince(before),
    })
    const after = { ...Object.fromEntries(Object.entries(before).filter(([key]) => !remove.includes(key))), ...set }
    if (written.outcome === 'done') return parseUser({ ...after, updatedAt })
    if (!written.ambiguous) return undefined
    // An attempt whose answer was lost may have been this very write
    const current = await this.get(before.username)
    return current?.updatedAt === updatedAt ? current : undefined
  }

  /** Whether a name is nobody's: no account's, now or before, and no organisation's. */
  async isFree(username: Username): Promise<boolean> {
    return (await this.#db.get('users', keyOfUser(username), { consistent: true })) === undefined
  }

  /** Puts a new account, unless the name is taken. One that was put by us and whose answer was lost counts as put. */
  async claim(user: User): Promise<'claimed' | 'taken'> {
    const item = { ...user, ...keyOfUser(user.username), listing }
    const written = await this.#db.put('users', item, { condition: { attributeNotExists: 'account' } })
    if (written.outcome === 'done') return 'claimed'
    const isOurs = written.ambiguous && (await this.get(user.username))?.passwordHash === user.passwordHash
    return isOurs ? 'claimed' : 'taken'
  }

  /**
   * Puts a tombstone in the place of an account, if that still stands as it was read: nobody can have the name again.
   * False: it was changed meanwhile, or is gone; read it again.
   */
  async bury(user: User, at: string): Promise<boolean> {
    const written = await this.#reserve(user.username, 'deleted', at, unchangedSince(user))
    return written || (await this.#reservation(user.username)) === 'deleted'
  }

  /** Takes a name for an organisation, so that it can be no account. Repeatable. */
  async reserveForOrg(org: OrgName, at: string): Promise<'reserved' | 'taken'> {
    if (await this.#reserve(nameOf(org), 'org', at, { attributeNotExists: 'account' })) return 'reserved'
    return (await this.#reservation(nameOf(org))) === 'org' ? 'reserved' : 'taken'
  }

  /** Gives the name of an organisation that is gone back. Absent is fine. */
  async releaseOfOrg(org: OrgName): Promise<void> {
    await this.#db.remove('users', keyOfUser(nameOf(org)), { condition: { equals: { reserved: 'org' } } })
  }

  async #reserve(name: Username, reserved: Reservation, at: string, condition: Condition): Promise<boolean> {
    const item = { ...keyOfUser(name), reserved, name, reservedAt: at }
    return (await this.#db.put('users', item, { condition })).outcome === 'done'
  }

  async #reservation(name: Username): Promise<unknown> {
    return (await this.#db.get('users', keyOfUser(name), { consistent: true }))?.['reserved']
  }
}

/** Organisations and accounts share their names. */
function nameOf(org: OrgName): Username {
  return org as string as Username
}

/** Every write of an account changes its `updatedAt`; a tombstone has no `username`. */
function unchangedSince({ updatedAt }: User): Condition {
  const unchanged = updatedAt === undefined ? { attributeNotExists: 'updatedAt' } : { equals: { updatedAt } }
  return { attributeExists: 'username', ...unchanged }
}

function keyOfUser(username: Username): ItemKey {
  return { account: accountKey(username) }
}

/** The account that an item is; undefined for a name that is only reserved. */
export function readUser(item: Item): User | undefined {
  return item['reserved'] === undefined ? parseUser(item) : undefined
}

/** Absent attributes and `undefined` are one to the store, and not to the type. */
function parseUser(item: unknown): User {
  return withoutUndefined(storedUser.parse(item))
}
