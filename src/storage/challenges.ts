import { z } from 'zod'
import type { Username } from '../model/ids.ts'
import type { CredentialName } from '../model/second-factor.ts'
import { withoutUndefined } from '../std/defined.ts'
import type { DynamoDb } from './dynamodb.ts'

const stored = z.object({
  id: z.string(),
  username: z.string().transform((text) => text as Username),
  purpose: z.enum(['request', 'web-login', 'session']),
  /** `request`: the credential that asks, and alone gets something out of it. */
  credential: z
    .string()
    .transform((text) => text as CredentialName)
    .optional(),
  /** `request`: of what the client asks with. */
  pollHash: z.string().optional(),
  /** `web-login`: the login that waits for it. */
  webLogin: z.string().optional(),
  /** `web-login`, `session`: tells the password that was shown from the next. */
  passwordMark: z.string().optional(),
  /** In our form, and in nobody else's. */
  formToken: z.string(),
  /** What a passkey signs, base64url. */
  passkeyChallenge: z.string(),
  client: z.string().optional(),
  addressPrefix: z.string().optional(),
  createdAtMs: z.number(),
  endsAtMs: z.number(),
  state: z.enum(['waiting', 'passed', 'collected']),
  /** `collected`: of what proves it. */
  proofHash: z.string().optional(),
})

/** A second factor that somebody is asked for on a page of ours. `waiting → passed`, for a request `→ collected`. */
export type Challenge = Readonly<z.infer<typeof stored>>

/** Challenges by id. They end by `endsAtMs`; the store removes them some time later. */
export class ChallengeStore {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  async put(challenge: Challenge): Promise<void> {
    await this.#db.put('logins', { ...keyOf(challenge.id), ...challenge, ttl: Math.ceil(challenge.endsAtMs / 1_000) })
  }

  async get(id: string): Promise<Challenge | undefined> {
    const item = await this.#db.get('logins', keyOf(id), { consistent: true })
    return item === undefined ? undefined : withoutUndefined(stored.parse(item))
  }

  /** One step, if it still stands at `from` and has not ended. False: somebody was first, or a lost answer of ours. */
  async advance(
    id: string,
    from: Challenge['state'],
    to: { readonly state: Challenge['state']; readonly proofHash?: string; readonly endsAtMs?: number },
    nowMs: number,
  ): Promise<boolean> {
    const written = await this.#db.update('logins', keyOf(id), {
      set: { ...to },
      condition: { equals: { state: from }, greaterThan: { endsAtMs: nowMs } },
    })
    return written.outcome === 'done'
  }
}

const keyOf = (id: string) => ({ login: `second/${id}` })
