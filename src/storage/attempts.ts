import type { DynamoDb } from './dynamodb.ts'

/**
 * Counters of attempts, exact over all isolates: an attempt is taken by one conditional update before it is made, so
 * that no number of them at the same time gets past the limit. Items are a few dozen bytes and expire by themselves.
 */
export class Attempts {
  readonly #db: DynamoDb

  constructor(db: DynamoDb) {
    this.#db = db
  }

  /** Takes one of `limit` attempts. False: there is none left. @param endsAtMs when the counter is forgotten */
  async take(counter: string, limit: number, endsAtMs: number): Promise<boolean> {
    const written = await this.#db.update('logins', keyOf(counter), {
      add: { attempts: 1 },
      set: { ttl: Math.ceil(endsAtMs / 1_000) },
      condition: { anyOf: [{ attributeNotExists: 'attempts' }, { lessThan: { attempts: limit } }] },
    })
    return written.outcome === 'done'
  }

  /** Gives an attempt back that does not count after all. */
  async giveBack(counter: string): Promise<void> {
    await this.#db.update('logins', keyOf(counter), {
      add: { attempts: -1 },
      condition: { attributeExists: 'attempts', greaterThan: { attempts: 0 } },
    })
  }

  /** Remembers a fact until `endsAtMs`. */
  async remember(fact: string, endsAtMs: number): Promise<void> {
    await this.#db.put('logins', { ...keyOf(fact), endsAtMs, ttl: Math.ceil(endsAtMs / 1_000) })
  }

  /** Whether a fact is remembered; the store may be late to forget. */
  async remembers(fact: string, nowMs: number): Promise<boolean> {
    const item = await this.#db.get('logins', keyOf(fact), { consistent: true })
    return item !== undefined && Number(item['endsAtMs']) > nowMs
  }
}

function keyOf(name: string) {
  return { login: `attempts/${name}` }
}
