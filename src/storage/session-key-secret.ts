import { z } from 'zod'
import type { SessionKey } from '../model/session-key.ts'
import { base64ToBytes } from '../std/base64.ts'
import type { SecretsManager } from './secrets-manager.ts'

/** As `aws/storage/rotate-session-keys.ts` writes it: newest first. */
const stored = z.object({
  keys: z.array(z.object({ id: z.string().min(1), key: z.base64url().length(43) })).max(10),
})

/** Session keys in Secrets Manager. */
export class SessionKeySecret {
  readonly #secrets: SecretsManager
  readonly #name: string

  constructor(secrets: SecretsManager, name: string) {
    this.#secrets = secrets
    this.#name = name
  }

  /** @throws StorageError; Error that shows nothing of the secret, when it holds no keys */
  async read(): Promise<readonly SessionKey[]> {
    const parsed = stored.safeParse(jsonOf(await this.#secrets.value(this.#name)))
    if (!parsed.success) throw new Error(`the secret ${this.#name} does not hold session keys`)
    return parsed.data.keys.map(({ id, key }) => ({ kid: id, secret: base64ToBytes(key) }))
  }
}

/** What is no JSON is no keys either. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
