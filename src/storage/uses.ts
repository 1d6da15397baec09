import type { Credential } from '../model/principal.ts'
import type { DynamoDb } from './dynamodb.ts'
import { credentialKey } from './keys.ts'

/**
 * Uses of tokens and sessions, exact over all isolates and processes: they are taken by one conditional update before
 * they are spent. When an answer is lost, what was taken is lost too: never more than the limit.
 */
export class Uses {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /**
   * Takes some of a credential's uses.
   * @returns how many are taken in all; undefined when so many are not left, or the credential is gone
   */
  async take({ kind, id }: Pick<Credential, 'kind' | 'id'>, count: number, limit: number): Promise<number | undefined> {
    if (count > limit) return undefined
    const written = await this.#db.update('tokens', credentialKey(kind, id), {
      add: { usesTaken: count },
      condition: {
        attributeExists: 'owner',
        anyOf: [{ attributeNotExists: 'usesTaken' }, { atMost: { usesTaken: limit - count } }],
      },
      returnNew: true,
    })
    return written.outcome === 'done' ? Number(written.item?.['usesTaken']) : undefined
  }
}
