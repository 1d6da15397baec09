import { z } from 'zod'
import type { Adder } from '../adding.ts'

export const meSchema = z.object({
  username: z.string(),
  roles: z.array(z.string()),
  organisations: z.record(z.string(), z.string()),
  credential: z.object({ kind: z.string(), id: z.string() }),
  limits: z.record(z.string(), z.unknown()).optional(),
})

export const addWhoami: Adder = (program, acting) => {
  program
    .command('whoami')
    .description('says who you are to the registry, and what your token may do')
    .action(
      acting(async ({ registry, output }) => {
        const me = await registry.get('/api/v1/auth/me', meSchema)
        output.result({ registry: registry.address, ...me }, () => {
          const organisations = Object.entries(me.organisations).map(([name, role]) => `@${name} (${role})`)
          return [
            `${me.username} at ${registry.address}`,
            ...(me.roles.length === 0 ? [] : [`roles: ${me.roles.join(', ')}`]),
            ...(organisations.length === 0 ? [] : [`organisations: ${organisations.join(', ')}`]),
            ...(me.limits === undefined ? [] : [`limits of the token: ${JSON.stringify(me.limits)}`]),
          ].join('\n')
        })
      }),
    )
}
