import { z } from 'zod'
import type { Username } from '../model/ids.ts'
import type { DynamoDb } from './dynamodb.ts'

const storedWebLogin = z.object({
  id: z.string(),
  pollHash: z.string(),
  formToken: z.string(),
  client: z.string().optional(),
  addressPrefix: z.string().optional(),
  createdAtMs: z.number(),
  endsAtMs: z.number(),
  state: z.enum(['waiting', 'allowed', 'denied', 'used']),
  username: z
    .string()
    .transform((text) => text as Username)
    .optional(),
  /** Tells one password of the account from the next. */
  passwordMark: z.string().optional(),
})

/** One `npm login` that waits for somebody to allow it in a browser. `waiting → allowed → used`, or `→ denied`. */
export type WebLogin = Readonly<z.infer<typeof storedWebLogin>>

/** Web logins by id. They end by `endsAtMs`; the store removes them some time later. */
export class WebLogins {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  async put(login: WebLogin): Promise<void> {
    await this.#db.put('logins', { ...keyOf(login.id), ...login, ttl: Math.ceil(login.endsAtMs / 1_000) })
  }

  async get(id: string): Promise<WebLogin | undefined> {
    const item = await this.#db.get('logins', keyOf(id), { consistent: true })
    return item === undefined ? undefined : storedWebLogin.parse(item)
  }

  /**
   * One step, if the login still stands at `from` and has not ended. False: somebody was first. Never both sides of a
   * decision, and never two uses: a use whose answer was lost is nobody's, while a decision that stands as it was to be
   * made counts as made.
   */
  async advance(
    id: string,
    from: WebLogin['state'],
    to: { readonly state: WebLogin['state']; readonly username?: Username; readonly passwordMark?: string },
    nowMs: number,
  ): Promise<boolean> {
    const written = await this.#db.update('logins', keyOf(id), {
      set: { state: to.state, username: to.username, passwordMark: to.passwordMark },
      condition: { equals: { state: from }, greaterThan: { endsAtMs: nowMs } },
    })
    if (written.outcome === 'done') return true
    if (!written.ambiguous || to.state === 'used') return false
    const current = await this.get(id)
    return current?.state === to.state && current.username === to.username
  }
}

function keyOf(id: string) {
  return { login: `web/${id}` }
}
