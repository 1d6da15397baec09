import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Adder } from '../adding.ts'
import { nobodyToAsk } from '../ask.ts'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { plainLine } from '../plain-text.ts'
import { Registry } from '../registry.ts'
import { isReadableOnTheWay } from '../registry-address.ts'
import { interrupted } from '../retry.ts'
import { readSecret } from '../stdin.ts'
import { meSchema } from './whoami.ts'

interface LoginOptions {
  readonly username?: string
  readonly passwordStdin?: boolean
  readonly password?: boolean
  readonly tokenStdin?: boolean
}

const begunSchema = z.object({ loginUrl: z.url(), doneUrl: z.url() })
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
  return (asksHere ? undefined : await onPage(context)) ?? withPassword(context, options)
}

/** As npm does: shows an address, and asks until somebody has decided there. Undefined where the registry has no page. */
async function onPage({ registry, output, person, signal }: Context): Promise<string | undefined> {
  if (person === undefined) throw nobodyToAsk('A password', 'Use --username and --password-stdin, or set DECKLE_TOKEN.')
  const begun = await beginOnPage(registry)
  if (begun === undefined) return undefined
  output.note(`Log in at this address, then come back here:\n${plainLine(begun.loginUrl)}`)
  for (;;) {
    const answer = await fetch(begun.doneUrl, { signal, redirect: 'error' })
    if (answer.status === 200) return tokenSchema.parse(await answer.json()).token
    await answer.body?.cancel()
    if (answer.status !== 202) {
      throw new Failure('auth', 'The login was denied, or took too long.', {
        code: 'web_login_over',
        hint: 'Begin again: deckle login.',
      })
    }
    const waitS = Number(answer.headers.get('retry-after') ?? 2)
    await sleep(Math.min(Math.max(waitS, 1), 30) * 1_000, undefined, { signal }).catch(() =>
      Promise.reject(interrupted()),
    )
  }
}

async function beginOnPage(registry: Registry) {
  try {
    return await registry.json({ method: 'POST', path: '/-/v1/login', body: {} }, begunSchema)
  } catch (error) {
    if (error instanceof Failure && error.kind === 'not_found') return undefined
    throw error
  }
}

async function withPassword({ registry, person }: Context, options: LoginOptions): Promise<string> {
  const username = options.username ?? (await person?.text('User name:'))
  if (username === undefined) throw nobodyToAsk('The user name', 'Use --username and --password-stdin.')
  const password = options.passwordStdin === true ? await readSecret() : await person?.secret('Password:')
  if (password === undefined) throw nobodyToAsk('The password', 'Use --password-stdin.')
  const asked = { method: 'POST', path: '/api/v1/auth/login', body: { username, password } } as const
  return (await registry.json(asked, tokenSchema)).token
}
