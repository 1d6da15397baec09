import type { Config } from './config.ts'
import { fixedKeys, keptKeys, type SessionKeys } from './registry/session-keys.ts'
import { base64ToBytes } from './std/base64.ts'
import type { Platform } from './std/platform.ts'
import { Sealer } from './std/sealer.ts'
import { once } from './std/shared-load.ts'
import type { SecretsManager } from './storage/secrets-manager.ts'
import { SessionKeySecret } from './storage/session-key-secret.ts'

/** The keys of sessions: those of the settings, or of the secret that the settings name. */
export function wireSessionKeys({ sessions }: Config, secrets: SecretsManager, platform: Platform): SessionKeys {
  if (sessions.keysSecret !== undefined) {
    const secret = new SessionKeySecret(secrets, sessions.keysSecret)
    return keptKeys(() => secret.read(), platform)
  }
  return fixedKeys(sessions.keys.map(({ kid, secret }) => ({ kid, secret: base64ToBytes(secret.reveal()) })))
}

/** What encrypts for the store. It never changes, so it is read once. Undefined: the settings have no key. */
export function wireSealer(config: Config, secrets: SecretsManager, platform: Platform): Sealer | undefined {
  const { secretKey, secretKeySecret: name } = config
  if (secretKey !== undefined) return new Sealer(async () => base64ToBytes(secretKey.reveal()), platform)
  if (name === undefined) return undefined
  return new Sealer(
    once(async () => base64ToBytes(await secrets.value(name)), platform),
    platform,
  )
}
