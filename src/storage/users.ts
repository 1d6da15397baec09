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
  fullName: z.string().optional(),
  updatedAt: z.string().optional(),
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
    const { email, fullName, updatedAt, ...user } = storedUser.parse(item)
    return {
      ...user,
      ...(email === undefined ? {} : { email }),
      ...(fullName === undefined ? {} : { fullName }),
      ...(updatedAt === undefined ? {} : { updatedAt }),
    }
  }

  /**
   * Writes what differs of an account, if its password is still the one that was read. False: it was changed meanwhile,
   * or the account is gone. What this code does not know of an account stays.
   */
  async replace(before: User, after: User): Promise<boolean> {
    const { email, fullName, passwordHash, updatedAt } = after
    const gone = [...(email === undefined ? ['email'] : []), ...(fullName === undefined ? ['fullName'] : [])]
    const { username } = before
    const change = { set: { email, fullName, passwordHash, updatedAt }, remove: gone }
    const condition = { equals: { passwordHash: before.passwordHash } }
    const written = await this.#db.update('users', { username }, { ...change, condition })
    if (written.outcome === 'done') return true
    // An attempt whose answer was lost may have been this very write
    return written.ambiguous && (await this.get(username))?.passwordHash === passwordHash
  }

  /** Puts a new account, unless the name is taken. One that was put by us and whose answer was lost counts as put. */
  async claim(user: User): Promise<'claimed' | 'taken'> {
    const written = await this.#db.put('users', user, { condition: { attributeNotExists: 'username' } })
    if (written.outcome === 'done') return 'claimed'
    const isOurs = written.ambiguous && (await this.get(user.username))?.passwordHash === user.passwordHash
    return isOurs ? 'claimed' : 'taken'
  }
}
