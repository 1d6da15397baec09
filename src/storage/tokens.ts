import { z } from 'zod'
import type { TokenId, Username } from '../model/ids.ts'
import type { Token } from '../model/records.ts'
import type { TokenLimits } from '../model/token-limits.ts'
import type { DynamoDb } from './dynamodb.ts'

const storedLimits = z.object({
  mayWrite: z.boolean(),
  packages: z.array(z.string()).optional(),
  addresses: z.array(z.string()).optional(),
})
type StoredLimits = z.infer<typeof storedLimits>

const storedToken = z.object({
  tokenId: z.string().transform((text) => text as TokenId),
  secretHash: z.string(),
  owner: z.string().transform((text) => text as Username),
  isAdmin: z.boolean(),
  description: z.string(),
  note: z.string().optional(),
  kind: z.enum(['login', 'named']).default('login'),
  limits: storedLimits.optional(),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
})

/** Where a list goes on: after this token. */
export interface TokenPosition {
  readonly createdAt: string
  readonly tokenId: string
}

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

  /** Read consistently, so that a token works at once everywhere. */
  async get(tokenId: TokenId): Promise<Token | undefined> {
    const item = await this.#db.get('tokens', { tokenId }, { consistent: true })
    return item === undefined ? undefined : parse(item)
  }

  /** Somebody's tokens, oldest first, a page at a time; eventually consistent. Expired ones may be among them. */
  async list(owner: Username, options: { readonly after?: TokenPosition; readonly limit: number }): Promise<TokenPage> {
    const { after, limit } = options
    const page = await this.#db.query('tokens', {
      index: 'byOwner',
      partition: owner,
      limit,
      ...(after === undefined ? {} : { after: { owner, ...after } }),
    })
    const tokens = page.items.map(parse)
    const last = tokens.at(-1)
    if (page.next === undefined || last === undefined) return { tokens }
    return { tokens, next: { createdAt: last.createdAt, tokenId: last.tokenId } }
  }

  /** The store itself removes it some time after its expiry (`ttl`, in seconds). */
  async put(token: Token): Promise<void> {
    const ttl = token.expiresAt === undefined ? undefined : Math.ceil(Date.parse(token.expiresAt) / 1_000)
    await this.#db.put('tokens', { ...token, ttl })
  }

  /** Removes somebody's token. `absent`: there is none of this id, or it is another's. */
  async removeOwn(tokenId: TokenId, owner: Username): Promise<'removed' | 'absent'> {
    const removed = await this.#db.remove('tokens', { tokenId }, { condition: { equals: { owner } } })
    // An attempt before, whose answer was lost, may have removed it: then it was there.
    return removed.outcome === 'done' || removed.ambiguous ? 'removed' : 'absent'
  }

  /** Absent is fine. */
  async remove(tokenId: TokenId): Promise<void> {
    await this.#db.remove('tokens', { tokenId })
  }
}

/** Absent attributes and `undefined` are one to the store, and not to the type. */
function parse(item: unknown): Token {
  const { expiresAt, note, limits, ...token } = storedToken.parse(item)
  return {
    ...token,
    ...(note === undefined ? {} : { note }),
    ...(limits === undefined ? {} : { limits: parseLimits(limits) }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
}

function parseLimits({ mayWrite, packages, addresses }: StoredLimits): TokenLimits {
  return {
    mayWrite,
    ...(packages === undefined ? {} : { packages }),
    ...(addresses === undefined ? {} : { addresses }),
  }
}
