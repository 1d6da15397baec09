import { z } from 'zod'
import type { OrgName, TokenId, Username } from '../model/ids.ts'
import { type Token, tokenKinds, type User } from '../model/records.ts'
import { powers } from '../model/token-limits.ts'
import { withoutUndefined } from '../std/defined.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { ItemKey } from './dynamodb-items.ts'
import { accountKey, credentialKey, credentialPrefix } from './keys.ts'
import { readUser } from './users.ts'

const storedLimits = z.object({
  power: z.enum(powers),
  packages: z.array(z.string()).optional(),
  manages: z.array(z.string().transform((text) => text as OrgName)).optional(),
  addresses: z.array(z.string()).optional(),
  uses: z.number().int().optional(),
})

const storedToken = z.object({
  tokenId: z.string().transform((text) => text as TokenId),
  secretHash: z.string(),
  owner: z.string().transform((text) => text as Username),
  description: z.string(),
  note: z.string().optional(),
  kind: z.enum(tokenKinds),
  epoch: z.number().int().optional(),
  limits: storedLimits.optional(),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  usesTaken: z.number().int().optional(),
  lastUsedDay: z.string().optional(),
  lastUsedFrom: z.string().optional(),
})

/** Where a list goes on: after the token of this id. */
export type TokenPosition = TokenId

export interface TokenPage {
  readonly tokens: readonly Token[]
  readonly next?: TokenPosition
}

/** API tokens by id: never the secret, only its digest. */
export class TokenStore {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /** A token and the account that it speaks for, in one request; read consistently, so that both are good at once. */
  async getWithOwner(tokenId: TokenId): Promise<{ readonly token?: Token; readonly owner?: User }> {
    const key = keyOfToken(tokenId)
    const found = await this.#db.getOneOfEach({ tokens: key, users: { account: key.account } }, { consistent: true })
    const owner = found.users && readUser(found.users)
    return {
      ...(found.tokens === undefined ? {} : { token: parse(found.tokens) }),
      ...(owner === undefined ? {} : { owner }),
    }
  }

  /** Somebody's tokens, a page at a time, in no particular order; read consistently. Expired ones may be among them. */
  async list(owner: Username, options: { readonly after?: TokenPosition; readonly limit: number }): Promise<TokenPage> {
    const { after, limit } = options
    const page = await this.#db.query('tokens', {
      partition: accountKey(owner),
      sort: { beginsWith: credentialPrefix('token') },
      consistent: true,
      limit,
      // A position is the client's word: one of another account would be no place in this list
      ...(after === undefined ? {} : { after: { ...keyOfToken(after), account: accountKey(owner) } }),
    })
    const tokens = page.items.map(parse)
    const last = tokens.at(-1)
    if (page.next === undefined || last === undefined) return { tokens }
    return { tokens, next: last.tokenId }
  }

  /** The store itself removes it some time after its expiry (`ttl`, in seconds). */
  async put(token: Token): Promise<void> {
    const ttl = token.expiresAt === undefined ? undefined : Math.ceil(Date.parse(token.expiresAt) / 1_000)
    await this.#db.put('tokens', { ...token, ...keyOfToken(token.tokenId), ttl })
  }

  /** Moves a login to another epoch; a token that is none, or gone, is left alone. */
  async setEpoch(tokenId: TokenId, epoch: number): Promise<void> {
    await this.#db.update('tokens', keyOfToken(tokenId), { set: { epoch }, condition: { attributeExists: 'epoch' } })
  }

  /** Notes the day of a use, once a day over all isolates; one that is gone is left alone. */
  async noteUse(tokenId: TokenId, { day, addressPrefix }: NonNullable<Token['lastUsed']>): Promise<void> {
    await this.#db.update('tokens', keyOfToken(tokenId), {
      set: { lastUsedDay: day, lastUsedFrom: addressPrefix },
      ...(addressPrefix === undefined ? { remove: ['lastUsedFrom'] } : {}),
      condition: {
        attributeExists: 'tokenId',
        anyOf: [{ attributeNotExists: 'lastUsedDay' }, { lessThan: { lastUsedDay: day } }],
      },
    })
  }

  /** Removes somebody's token. `absent`: there is none of this id, or it is another's. */
  async removeOwn(tokenId: TokenId, owner: Username): Promise<'removed' | 'absent'> {
    const removed = await this.#db.remove('tokens', keyOfToken(tokenId), { condition: { equals: { owner } } })
    // An attempt before, whose answer was lost, may have removed it: then it was there.
    return removed.outcome === 'done' || removed.ambiguous ? 'removed' : 'absent'
  }

  /** Removes all that somebody has. Repeatable. */
  async removeAll(owner: Username): Promise<void> {
    let after: ItemKey | undefined
    do {
      const page = await this.#db.query('tokens', {
        partition: accountKey(owner),
        consistent: true,
        projection: ['account', 'item'],
        ...(after && { after }),
      })
      const remove = page.items.map((item) => ({ account: String(item['account']), item: String(item['item']) }))
      await this.#db.batchWrite('tokens', { remove })
      after = page.next
    } while (after !== undefined)
  }

  /** Absent is fine. */
  async remove(tokenId: TokenId): Promise<void> {
    await this.#db.remove('tokens', keyOfToken(tokenId))
  }
}

const keyOfToken = (tokenId: TokenId) => credentialKey('token', tokenId)

/** Absent attributes and `undefined` are one to the store, and not to the type. */
function parse(item: unknown): Token {
  const { limits, lastUsedDay: day, lastUsedFrom, ...token } = storedToken.parse(item)
  const addressPrefix = lastUsedFrom === undefined ? {} : { addressPrefix: lastUsedFrom }
  return {
    ...withoutUndefined(token),
    ...(limits === undefined ? {} : { limits: withoutUndefined(limits) }),
    ...(day === undefined ? {} : { lastUsed: { day, ...addressPrefix } }),
  }
}
