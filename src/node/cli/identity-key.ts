import { newIdentityKey } from '../../registry/edge-identity.ts'
import { webPlatform } from '../../std/platform.ts'

/** Prints a value for `DECKLE_IDENTITY_KEYS`: one new private key. */
export async function printIdentityKeys(): Promise<void> {
  process.stdout.write(`${JSON.stringify([await newIdentityKey(webPlatform)])}\n`)
}
