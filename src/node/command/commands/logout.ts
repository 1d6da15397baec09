import type { Adder } from '../adding.ts'
import { Failure } from '../failure.ts'

export const addLogout: Adder = (program, acting) => {
  program
    .command('logout')
    .description('ends your token, and forgets it here')
    .action(
      acting(async ({ registry, output, logins }) => {
        const login = logins.of(registry.address)
        if (login === undefined) {
          throw new Failure('auth', `You are not logged in at ${registry.address}.`, { code: 'login_required' })
        }
        const wasGood = await end()
        logins.forget(registry.address)
        output.result({ registry: registry.address, ended: wasGood }, () => `Logged out of ${registry.address}.`)

        /** A token that is no good any more is as ended as can be; when the registry is away, nothing is forgotten. */
        async function end(): Promise<boolean> {
          try {
            await registry.change({ method: 'POST', path: '/api/v1/auth/logout', isRepeatable: true })
            return true
          } catch (error) {
            if (error instanceof Failure && error.kind === 'auth') return false
            throw error
          }
        }
      }),
    )
}
