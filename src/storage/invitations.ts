import { z } from 'zod'
import type { OrgName, Username } from '../model/ids.ts'
import { orgRoles, roles } from '../model/standing.ts'
import { withoutUndefined } from '../std/defined.ts'
import type { DynamoDb } from './dynamodb.ts'

const username = z.string().transform((text) => text as Username)

const storedInvitation = z.object({
  /** SHA-256 of the link's secret, hex: the secret itself is never stored. */
  secretHash: z.string(),
  roles: z.array(z.enum(roles)),
  orgs: z.record(
    z.string().transform((text) => text as OrgName),
    z.enum(orgRoles).exclude(['owner']),
  ),
  by: z.union([z.literal('system'), username]),
  createdAt: z.string(),
  endsAtMs: z.number(),
  /** The name that it was used for: then it is good for no other. */
  username: username.optional(),
})

/** One invitation to make an account. `roles` and `orgs`: what the account begins with. */
export type Invitation = Readonly<z.infer<typeof storedInvitation>>

/** Invitations by the digest of their secret. They end by `endsAtMs`; the store removes them some time later. */
export class Invitations {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  async put(invitation: Invitation): Promise<void> {
    const ttl = Math.ceil(invitation.endsAtMs / 1_000)
    await this.#db.put('logins', { ...keyOf(invitation), ...invitation, ttl })
  }

  async get(secretHash: string): Promise<Invitation | undefined> {
    const item = await this.#db.get('logins', keyOf({ secretHash }), { consistent: true })
    return item === undefined ? undefined : withoutUndefined(storedInvitation.parse(item))
  }

  /** Ties an invitation to one name. Repeatable. False: it is another's, has ended, or is gone. */
  async take(invitation: Invitation, name: Username, nowMs: number): Promise<boolean> {
    const written = await this.#db.update('logins', keyOf(invitation), {
      set: { username: name },
      condition: {
        greaterThan: { endsAtMs: nowMs },
        anyOf: [{ attributeNotExists: 'username' }, { equals: { username: name } }],
      },
    })
    return written.outcome === 'done'
  }

  /** Absent is fine. */
  async remove(invitation: Invitation): Promise<void> {
    await this.#db.remove('logins', keyOf(invitation))
  }
}

function keyOf({ secretHash }: Pick<Invitation, 'secretHash'>) {
  return { login: `invite/${secretHash}` }
}
