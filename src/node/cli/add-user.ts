import { createAccount } from '../../registry/accounts.ts'
import { randomId } from '../../std/base62.ts'
import { webPlatform } from '../../std/platform.ts'
import { wireAccounts } from '../../wiring.ts'
import { connect } from './connect.ts'
import { rolesOf } from './users.ts'

export interface NewUserOptions {
  readonly email?: string
  readonly admin?: boolean
  readonly role?: readonly string[]
}

/**
 * Makes an account.
 * @throws Refusal `username_invalid`, `password_too_short`, `user_exists`
 */
export async function addUser(dataFolder: string, name: string, options: NewUserOptions): Promise<void> {
  const { config, stores } = await connect(dataFolder)
  const given = process.env['DECKLE_PASSWORD']
  const password = given ?? randomId(webPlatform, 20)
  const deps = wireAccounts(config, stores, webPlatform)
  const user = await createAccount(deps, {
    username: name,
    password,
    ...(options.email === undefined ? {} : { email: options.email }),
    roles: options.admin === true ? ['admin'] : rolesOf(options.role ?? [config.newUsers]),
  })
  console.log(`Made the account ${user.username}.`)
  if (given === undefined) console.log(`Its password, shown only now: ${password}`)
  console.log(`Log in with: npm login --registry=${config.publicUrl}/ --auth-type=legacy`)
}
