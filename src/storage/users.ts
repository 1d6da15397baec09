import { z } from 'zod'
import type { Username } from '../model/ids.ts'
import type { User } from '../model/records.ts'
import type { DynamoDb } from './dynamodb.ts'

const storedUser = z.object({
  username: z.string().transform((text) => text as Username),
  email: z.string().optional(),
  passwordHash: z.string(),
  roles: z.array(z.enum(['admin'])),
  createdAt: z.string(),
})

/** Accounts by name. */
export class Users {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  async get(username: Username): Promise<User | undefined> {
    const item = await this.#db.get('users', { username }, { consistent: true })
    if (item === undefined) return undefined
    const { email, ...user } = storedUser.parse(item)
    return email === undefined ? user : { ...user, email }
  }

  /** Puts a new account, unless the name is taken. */
  async claim(user: User): Promise<'claimed' | 'taken'> {
    const written = await this.#db.put('users', user, { condition: { attributeNotExists: 'username' } })
    return written.outcome === 'done' ? 'claimed' : 'taken'
  }
}
