import { z } from 'zod'
import type { TokenId, Username } from '../model/ids.ts'
import type { Token } from '../model/records.ts'
import type { DynamoDb } from './dynamodb.ts'

const storedToken = z.object({
  tokenId: z.string().transform((text) => text as TokenId),
  secretHash: z.string(),
  owner: z.string().transform((text) => text as Username),
  isAdmin: z.boolean(),
  description: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
})

/** API tokens by id: never the secret, only its digest. */
export class TokenStore {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /** Read consistently, so that a token works at once everywhere. */
  async get(tokenId: TokenId): Promise<Token | undefined> {
    const item = await this.#db.get('tokens', { tokenId }, { consistent: true })
    if (item === undefined) return undefined
    const { expiresAt, ...token } = storedToken.parse(item)
    return expiresAt === undefined ? token : { ...token, expiresAt }
  }

  /** The store itself removes it some time after its expiry (`ttl`, in seconds). */
  async put(token: Token): Promise<void> {
    const ttl = token.expiresAt === undefined ? undefined : Math.ceil(Date.parse(token.expiresAt) / 1_000)
    await this.#db.put('tokens', { ...token, ttl })
  }

  /** Absent is fine. */
  async remove(tokenId: TokenId): Promise<void> {
    await this.#db.remove('tokens', { tokenId })
  }
}
