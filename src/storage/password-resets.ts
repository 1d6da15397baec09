import { z } from 'zod'
import type { Username } from '../model/ids.ts'
import type { DynamoDb } from './dynamodb.ts'

const storedReset = z.object({
  /** SHA-256 of the link's secret, hex: the secret itself is never stored. */
  secretHash: z.string(),
  username: z.string().transform((text) => text as Username),
  /** The account's when the link was made: it is good in no other. */
  epoch: z.number().int(),
  endsAtMs: z.number(),
})

/** One link that lets somebody choose a new password. */
export type PasswordReset = Readonly<z.infer<typeof storedReset>>

/** Links to a new password, by the digest of their secret. The store removes them some time after `endsAtMs`. */
export class PasswordResets {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  async put(reset: PasswordReset): Promise<void> {
    await this.#db.put('logins', { ...keyOf(reset.secretHash), ...reset, ttl: Math.ceil(reset.endsAtMs / 1_000) })
  }

  async get(secretHash: string): Promise<PasswordReset | undefined> {
    const item = await this.#db.get('logins', keyOf(secretHash), { consistent: true })
    return item === undefined ? undefined : storedReset.parse(item)
  }
}

function keyOf(secretHash: string) {
  return { login: `reset/${secretHash}` }
}
