import { parseConfig } from '../../config.ts'
import { Refusal } from '../../model/refusals.ts'
import { createAccount } from '../../registry/accounts.ts'
import { username } from '../../registry/username.ts'
import { webPlatform } from '../../std/platform.ts'
import { wireAccounts, wireStores } from '../../wiring.ts'

const name = 'admin'

/**
 * Makes the account `admin`, unless there is one: an existing password is never changed.
 * @param settings as the validator and the edge get them
 * @throws Refusal `password_too_short`
 */
export async function ensureFirstAccount(
  settings: Readonly<Record<string, string>>,
  password: string,
): Promise<'created' | 'exists'> {
  const config = parseConfig(settings)
  const stores = wireStores(config, webPlatform)
  if ((await stores.users.get(username(name))) !== undefined) return 'exists'
  const deps = wireAccounts(config, stores, webPlatform)
  try {
    await createAccount(deps, { username: name, password, roles: ['admin'] })
    return 'created'
  } catch (error) {
    if (error instanceof Refusal && error.code === 'user_exists') return 'exists'
    throw error
  }
}
