import type { Adder } from '../adding.ts'
import { Failure } from '../failure.ts'
import { Registry } from '../registry.ts'

export const addLogout: Adder = (program, acting) => {
  program
    .command('logout')
    .description('ends your token, and forgets it here')
    .action(
      acting(async ({ registry: { address }, output, logins, signal }) => {
        const login = logins.of(address)
        if (login === undefined) {
          throw new Failure('auth', `You are not logged in at ${address}.`, { code: 'login_required' })
        }
        // The token of the file, whichever the environment has
        const ended = await end(new Registry({ address, token: login.token, signal }))
        logins.forget(address)
        output.result({ registry: address, ended }, () => `Logged out of ${address}.`)
      }),
    )
}

/** A token that is no good any more is as ended as can be; when the registry is away, nothing is forgotten. */
async function end(registry: Registry): Promise<boolean> {
  try {
    await registry.change({ method: 'POST', path: '/api/v1/auth/logout', isRepeatable: true })
    return true
  } catch (error) {
    if (error instanceof Failure && error.kind === 'auth') return false
    throw error
  }
}
