import { Option } from 'commander'
import { z } from 'zod'
import type { Acting, Adder } from '../adding.ts'
import { nobodyToAsk } from '../ask.ts'
import type { Context } from '../context.ts'
import { listed } from '../pages.ts'
import { readSecret } from '../stdin.ts'
import { table } from '../table.ts'
import { formatTime } from '../units.ts'
import { parseCount } from '../values.ts'

const tokenSchema = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  limits: z.record(z.string(), z.unknown()).optional(),
  usesLeft: z.int().optional(),
  lastUsed: z.object({ day: z.string(), addressPrefix: z.string().optional() }).optional(),
})
const createdSchema = tokenSchema.extend({ token: z.string() })
const mostTokens = 1_000

interface CreateOptions {
  readonly kind: string
  readonly packages?: readonly string[]
  readonly days?: number
  readonly uses?: number
  readonly passwordStdin?: boolean
}

export const addToken: Adder = (program, acting) => {
  const token = program.command('token').description('manages your tokens: for machines, with limits')
  token.command('list').description('lists your tokens that are still good').action(acting(list))
  addCreate(token, acting)
  token
    .command('revoke')
    .description('ends a token')
    .argument('<id>', 'as `deckle token list` shows it')
    .action(
      acting(async ({ registry, output }: Context, id: string) => {
        await registry.change({ method: 'DELETE', path: `/api/v1/tokens/${encodeURIComponent(id)}` })
        output.result({ id, revoked: true }, () => `Token ${id} is ended.`)
      }),
    )
}

function addCreate(token: Parameters<Adder>[0], acting: Acting): void {
  token
    .command('create')
    .description('makes a token, and prints it once')
    .argument('<name>', 'what you call it')
    .addOption(
      new Option('--kind <kind>', 'what it may do').choices(['read', 'publish', 'automation', 'admin']).default('read'),
    )
    .option('--packages <patterns...>', 'only these: generic/@acme/*, npm/left-pad, org/acme')
    .option('--days <n>', 'how long it is good', parseCount)
    .option('--uses <n>', 'how often it may be used in all', parseCount)
    .option('--password-stdin', 'read your password from stdin')
    .action(acting(create))
}

async function list({ registry, output }: Context): Promise<void> {
  const tokens = await listed(registry, '/api/v1/tokens', tokenSchema, mostTokens)
  output.result({ tokens }, () =>
    table(
      tokens.map(({ id, kind, name, createdAt, expiresAt, lastUsed }) => [
        id,
        kind,
        name,
        `made ${formatTime(createdAt)}`,
        expiresAt === undefined ? '' : `until ${formatTime(expiresAt)}`,
        lastUsed === undefined ? 'never used' : `used ${lastUsed.day}`,
      ]),
    ),
  )
}

async function create({ registry, output, person }: Context, name: string, options: CreateOptions): Promise<void> {
  const { kind, packages, days, uses } = options
  const password = options.passwordStdin === true ? await readSecret() : await person?.secret('Your password:')
  if (password === undefined) throw nobodyToAsk('Your password', 'Use --password-stdin.')
  const body = { name, kind, password, packages, uses, expiresInDays: days }
  const created = await registry.json({ method: 'POST', path: '/api/v1/tokens', body }, createdSchema)
  // The one command whose result is a secret: it is shown now or never
  output.result(created, () => created.token)
  output.note(`Token ${created.id}. It is shown only this once.`)
}
