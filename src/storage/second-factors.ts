import { z } from 'zod'
import type { Username } from '../model/ids.ts'
import { secondFactorModes } from '../model/records.ts'
import type { CredentialName, SecondFactor } from '../model/second-factor.ts'
import { withoutUndefined } from '../std/defined.ts'
import type { DynamoDb } from './dynamodb.ts'
import { accountKey } from './keys.ts'

const stored = z.object({
  owner: z.string().transform((text) => text as Username),
  mark: z.string(),
  totp: z
    .object({
      sealedSecret: z.string(),
      lastStep: z.number().int(),
      lastBy: z
        .string()
        .transform((text) => text as CredentialName)
        .optional(),
    })
    .optional(),
  pending: z.object({ sealedSecret: z.string(), mode: z.enum(secondFactorModes), endsAtMs: z.number() }).optional(),
  pendingPasskey: z.object({ challenge: z.string(), name: z.string(), endsAtMs: z.number() }).optional(),
  recovery: z.array(z.string()),
  passkeys: z.array(
    z.object({
      id: z.string(),
      publicKey: z.string(),
      counter: z.number().int(),
      transports: z.array(z.string()),
      name: z.string(),
      createdAt: z.string(),
    }),
  ),
})

/** As it was read: `mark` is what compare-and-set compares. */
export interface StoredSecondFactor extends SecondFactor {
  readonly mark: string
}

/** Second factors by account, beside its tokens; each change is one compare-and-set of the whole item. */
export class SecondFactorStore {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  async get(owner: Username): Promise<StoredSecondFactor | undefined> {
    const item = await this.#db.get('tokens', keyOf(owner), { consistent: true })
    return item === undefined ? undefined : parse(item)
  }

  /**
   * Puts what is to stand in the place of what was read.
   * @param mark a new random text, which tells this write from every other
   * @returns false when it was changed meanwhile: read it again
   */
  async replace(before: StoredSecondFactor | undefined, after: SecondFactor, mark: string): Promise<boolean> {
    const condition = before === undefined ? { attributeNotExists: 'mark' } : { equals: { mark: before.mark } }
    const written = await this.#db.put('tokens', { ...after, ...keyOf(after.owner), mark }, { condition })
    if (written.outcome === 'done') return true
    // An attempt whose answer was lost may have been this very write
    return written.ambiguous && (await this.get(after.owner))?.mark === mark
  }

  /** Removes just what was read: one that was set up anew meanwhile stays. */
  async remove({ owner, mark }: StoredSecondFactor): Promise<void> {
    await this.#db.remove('tokens', keyOf(owner), { condition: { equals: { mark } } })
  }
}

const keyOf = (owner: Username) => ({ account: accountKey(owner), item: 'second-factor' })

function parse(item: unknown): StoredSecondFactor {
  const { totp, ...rest } = stored.parse(item)
  return { ...withoutUndefined(rest), ...(totp === undefined ? {} : { totp: withoutUndefined(totp) }) }
}
