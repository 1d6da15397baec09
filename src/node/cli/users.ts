import { resetPath } from '../../http/urls.ts'
import { type Role, roles } from '../../model/standing.ts'
import { issueReset } from '../../registry/password-reset.ts'
import { disableUser, enableUser, listUsers, type Person, setRoles } from '../../registry/users.ts'
import { webPlatform } from '../../std/platform.ts'
import { wirePeople } from '../../wiring.ts'
import { CliError } from './cli-error.ts'
import { connect } from './connect.ts'

const pageSize = 100

async function people(dataFolder: string) {
  const { config, stores } = await connect(dataFolder)
  return { config, deps: wirePeople(config, stores, webPlatform) }
}

/** @throws Refusal `user_not_found`, `reason_invalid` */
export async function disable(dataFolder: string, name: string, reason: string): Promise<void> {
  const { deps } = await people(dataFolder)
  await disableUser(deps, 'system', name, reason)
  console.log(`${name} is disabled, within 30 seconds everywhere.`)
}

/** @throws Refusal `user_not_found` */
export async function enable(dataFolder: string, name: string): Promise<void> {
  const { deps } = await people(dataFolder)
  await enableUser(deps, 'system', name)
  console.log(`${name} is enabled.`)
}

/** Prints a link for whoever forgot their password. @throws Refusal `user_not_found` */
export async function resetPassword(dataFolder: string, name: string): Promise<void> {
  const { config, deps } = await people(dataFolder)
  const { secret, endsAtMs } = await issueReset(deps, 'system', name)
  console.log(`Hand this link to ${name}; it is good once, until ${new Date(endsAtMs).toISOString()}:`)
  console.log(`${config.publicUrl}${resetPath(secret)}`)
}

/** Replaces the roles of an account; this is also the way back when no administrator is left. */
export async function giveRoles(dataFolder: string, name: string, given: readonly string[]): Promise<void> {
  const { deps } = await people(dataFolder)
  await setRoles(deps, 'system', name, rolesOf(given))
  console.log(`${name} is ${given.length === 0 ? 'nothing in particular' : given.join(' and ')} now.`)
}

/** @throws CliError naming the roles that there are */
export function rolesOf(given: readonly string[]): readonly Role[] {
  return given.map((text) => {
    const role = roles.find((one) => one === text)
    if (role === undefined) throw new CliError(`There is no role "${text}". There are: ${roles.join(', ')}.`)
    return role
  })
}

/** Prints accounts by name, a line each: name, roles, and whether it is disabled. */
export async function list(dataFolder: string, prefix = ''): Promise<void> {
  const { deps } = await people(dataFolder)
  let after: string | undefined
  do {
    const page = await listUsers(deps, 'system', { prefix, limit: pageSize, ...(after === undefined ? {} : { after }) })
    for (const person of page.entries) console.log(lineOf(person))
    after = page.next
  } while (after !== undefined)
}

function lineOf({ username, roles: held, email, disabled }: Person): string {
  const state = disabled === undefined ? '' : `disabled: ${disabled.reason}`
  return [username, held.join(','), email ?? '', state].join('\t')
}
