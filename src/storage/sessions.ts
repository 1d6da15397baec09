import { z } from 'zod'
import type { SessionId, Username } from '../model/ids.ts'
import type { Session, User } from '../model/records.ts'
import { withoutUndefined } from '../std/defined.ts'
import type { DynamoDb } from './dynamodb.ts'
import { accountKey, credentialKey, credentialPrefix } from './keys.ts'
import { readUser } from './users.ts'

const storedSession = z.object({
  sessionId: z.string().transform((text) => text as SessionId),
  owner: z.string().transform((text) => text as Username),
  epoch: z.number().int(),
  createdAt: z.string(),
  expiresAt: z.string(),
  uses: z.number().int(),
  usesTaken: z.number().int().optional(),
  addressPrefix: z.string().optional(),
  client: z.string().optional(),
})

export interface SessionPage {
  readonly sessions: readonly Session[]
  readonly next?: SessionId
}

/** Sessions by id, beside the tokens of their account. They end by `expiresAt`; the store removes them later. */
export class SessionStore {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /** A session and the account that it speaks for, in one request; read consistently. */
  async getWithOwner(sessionId: SessionId): Promise<{ readonly session?: Session; readonly owner?: User }> {
    const key = keyOf(sessionId)
    const found = await this.#db.getOneOfEach({ tokens: key, users: { account: key.account } }, { consistent: true })
    const owner = found.users && readUser(found.users)
    return {
      ...(found.tokens === undefined ? {} : { session: parse(found.tokens) }),
      ...(owner === undefined ? {} : { owner }),
    }
  }

  /** Somebody's sessions, a page at a time, in no particular order; ended ones may be among them. */
  async list(owner: Username, options: { readonly after?: SessionId; readonly limit: number }): Promise<SessionPage> {
    const { after, limit } = options
    const page = await this.#db.query('tokens', {
      partition: accountKey(owner),
      sort: { beginsWith: credentialPrefix('session') },
      consistent: true,
      limit,
      ...(after === undefined ? {} : { after: keyOf(after) }),
    })
    const sessions = page.items.map(parse)
    const last = sessions.at(-1)
    return { sessions, ...(page.next === undefined || last === undefined ? {} : { next: last.sessionId }) }
  }

  async put(session: Session): Promise<void> {
    const ttl = Math.ceil(Date.parse(session.expiresAt) / 1_000)
    await this.#db.put('tokens', { ...session, ...keyOf(session.sessionId), ttl })
  }

  /** Removes somebody's session. `absent`: there is none of this id, or it is another's. */
  async removeOwn(sessionId: SessionId, owner: Username): Promise<'removed' | 'absent'> {
    const removed = await this.#db.remove('tokens', keyOf(sessionId), { condition: { equals: { owner } } })
    // An attempt before, whose answer was lost, may have removed it: then it was there
    return removed.outcome === 'done' || removed.ambiguous ? 'removed' : 'absent'
  }
}

const keyOf = (sessionId: SessionId) => credentialKey('session', sessionId)

function parse(item: unknown): Session {
  return withoutUndefined(storedSession.parse(item))
}
