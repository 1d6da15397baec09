import { z } from 'zod'
import type { Adder } from '../adding.ts'
import { nobodyToAsk } from '../ask.ts'
import type { Context } from '../context.ts'
import { Registry } from '../registry.ts'
import { isReadableOnTheWay } from '../registry-address.ts'
import { readSecret } from '../stdin.ts'
import { logInOnPage } from '../web-login.ts'
import { meSchema } from './whoami.ts'

interface LoginOptions {
  readonly username?: string
  readonly passwordStdin?: boolean
  readonly password?: boolean
  readonly tokenStdin?: boolean
}

const tokenSchema = z.object({ token: z.string().min(1) })

export const addLogin: Adder = (program, acting) => {
  program
    .command('login')
    .description('logs in: on a page of the registry, or with a password; the token is kept in a file of yours alone')
    .option('--password', 'ask for the password here instead of on a page')
    .option('--username <name>', 'who you are, where a password is asked for')
    .option('--password-stdin', 'read the password from stdin')
    .option('--token-stdin', 'keep a token that you have, read from stdin')
    .action(
      acting(async (context: Context, options: LoginOptions) => {
        const { registry, output, logins } = context
        if (isReadableOnTheWay(registry.address))
          output.note('This registry is plain http: passwords can be read on the way.')
        const token = await tokenBy(context, options)
        const as = new Registry({ address: registry.address, token, signal: context.signal })
        const { username } = await as.get('/api/v1/auth/me', meSchema)
        logins.keep(registry.address, { username, token })
        output.result(
          { registry: registry.address, username },
          () => `Logged in at ${registry.address} as ${username}.`,
        )
      }),
    )
}

async function tokenBy(context: Context, options: LoginOptions): Promise<string> {
  if (options.tokenStdin === true) return readSecret()
  const asksHere = options.password === true || options.passwordStdin === true || options.username !== undefined
  if (!asksHere && context.person === undefined) {
    throw nobodyToAsk('A password', 'Use --username and --password-stdin, --token-stdin, or set DECKLE_TOKEN.')
  }
  return (asksHere ? undefined : await logInOnPage(context)) ?? withPassword(context, options)
}

async function withPassword({ registry, person }: Context, options: LoginOptions): Promise<string> {
  const username = options.username ?? (await person?.text('User name:'))
  if (username === undefined) throw nobodyToAsk('The user name', 'Use --username and --password-stdin.')
  const password = options.passwordStdin === true ? await readSecret() : await person?.secret('Password:')
  if (password === undefined) throw nobodyToAsk('The password', 'Use --password-stdin.')
  const asked = { method: 'POST', path: '/api/v1/auth/login', body: { username, password } } as const
  return (await registry.json(asked, tokenSchema)).token
}
