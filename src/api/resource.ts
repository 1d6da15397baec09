import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AppEnv } from '../http/env.ts'
import { type RefusalCode, refuse } from '../model/refusals.ts'
import { problemAnswers } from './problems.ts'

/** What the API is about, in the order in which its document tells it. */
export const tags = {
  auth: 'Logging in and out, and who one is.',
  sessions: 'Logins that end by themselves.',
  'second-factor': 'What one shows beside the password: an app, passkeys, recovery codes.',
  people: 'Accounts, and how they come about.',
  organisations: 'Organisations and their teams.',
  tokens: 'Tokens of one’s own: for machines, with limits.',
  packages: 'Finding packages, and what they say about themselves.',
  uploads: 'Files of any size, which go to storage past the registry.',
  versions: 'Versions of a package and the reports of their validation.',
  settings: 'Who may do what with a package.',
  audit: 'Who changed what: the record of every change.',
  history: 'Who downloaded what, and who was refused.',
  usage: 'How much was downloaded, in numbers.',
  flat: 'For scripts: short addresses without JSON in requests; `docs/flat-api.md` has all of them.',
  about: 'The API itself.',
} as const

/** Who may call: `open` to all, whatever they show; `anyone`, with credentials or without; `account`: with them. */
type Access = 'open' | 'anyone' | 'account'

const shown = [{ token: [] }, { basic: [] }]
const securityOf = { open: [], anyone: [{}, ...shown], account: shown } as const satisfies Record<
  Access,
  RouteConfig['security']
>

type About = {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly [keyof typeof tags]
  readonly access: Access
  /** Whether a code of the second factor may come along; by default with whatever changes something. */
  readonly takesCode?: boolean
  /** What it may refuse beyond what its access and its request say already. */
  readonly refuses?: readonly RefusalCode[]
}

type Operation = Omit<RouteConfig, 'path' | 'tags' | 'security'> & { readonly path: string }

/** One operation: the description that its requests are checked by and that the OpenAPI document is written from. */
export function endpoint<const R extends Operation>(described: R & About): Omit<R, 'tags'> {
  const { access, refuses: _, takesCode: __, ...route }: Operation & About = described
  const parameters = takesCode(described) ? { parameters: [codeHeader] } : {}
  const responses = { ...described.responses, ...problemAnswers(codesOf(described)) }
  const full = createRoute({
    ...route,
    ...parameters,
    tags: [...described.tags],
    security: [...securityOf[access]],
    responses,
  })
  // To the types of handlers it is what was described: refusals are thrown, never returned
  return full as unknown as Omit<R, 'tags'>
}

const codeHeader = {
  in: 'header',
  name: 'npm-otp',
  description: 'A code of one’s second factor, or a recovery code, where one is demanded (`second_factor_required`).',
  schema: { type: 'string' },
} as const

function takesCode({ takesCode: says, access, method }: Operation & About): boolean {
  return says ?? (access !== 'open' && method !== 'get')
}

const ofCodes = ['second_factor_required', 'second_factor_wrong', 'second_factor_missing', 'too_many_attempts'] as const
const ofCredentials = [
  'login_required',
  'token_invalid',
  'token_limited',
  'token_used_up',
  'account_disabled',
  'too_many_requests',
] as const

function codesOf(described: Operation & About): Set<RefusalCode> {
  const { access, refuses = [], request = {}, method } = described
  return new Set<RefusalCode>([
    'busy',
    'home_region_unavailable',
    'internal',
    ...refuses,
    ...(access === 'open' ? [] : ofCredentials),
    ...(takesCode(described) ? ofCodes : []),
    ...(request.query === undefined ? [] : (['query_invalid'] as const)),
    ...(request.body === undefined ? [] : (['body_invalid', 'unsupported_media_type'] as const)),
    ...(method === 'get' ? [] : (['body_too_large'] as const)),
  ])
}

/** A set of operations. A request that does not fit one is refused before its handler is called. */
export function resource(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return
      const [issue] = result.error.issues
      const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
      const problem = `${issue?.message ?? 'it does not fit'}${place}`.slice(0, 300)
      throw refuse(result.target === 'json' ? 'body_invalid' : 'query_invalid', { problem })
    },
  })
}

/** An answer in JSON. */
export function json<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { 'application/json': { schema } } } as const
}

/** An answer whose handler makes its own text: the types of handlers know nothing of what is in it. */
export function text(
  description: string,
  contentType: string,
  schema: z.ZodType | object,
): { readonly description: string } {
  return { description, content: { [contentType]: { schema } } } as { readonly description: string }
}

/** A change that was made, or that was so already. */
export const done = { 204: { description: 'It is so now.' } } as const

/** Recovery codes, which nobody can read again. */
export const shownOnce = json(
  'Recovery codes, each good once: shown now and never again. None where there were some already.',
  z.object({ recoveryCodes: z.array(z.string()).readonly() }).openapi('RecoveryCodes'),
)

/** A body in JSON. */
export function body<S extends z.ZodType>(schema: S) {
  return { body: { required: true, content: { 'application/json': { schema } } } } as const
}

/** A page of a list. */
export function pageOf<S extends z.ZodType>(schema: S) {
  return z.object({
    items: z.array(schema),
    next: z.string().optional().openapi({
      description: 'The `after` of the next page; absent on the last. A page may be short, and not the last.',
    }),
  })
}

/** Where a list goes on, and how much of it is wanted. */
export const paging = z.object({
  after: z.string().min(1).max(600).optional().openapi({ description: 'The `next` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

/** A moment, as ISO 8601 in UTC. */
export const time = z.iso
  .datetime({ error: 'must be a moment in UTC such as 2026-11-24T09:30:00Z' })
  .openapi({ example: '2026-11-24T09:30:00.000Z' })

/** A day in UTC. */
export const day = z.iso.date({ error: 'must be a day such as 2026-11-25' }).openapi({ example: '2026-11-25' })

/** Something that was put on a package or an account. */
export const restriction = z.object({ reason: z.string(), by: z.string(), at: time }).openapi('Restriction')

/** A link that somebody hands over: whoever has it may use it. */
export const issuedLink = z.object({ url: z.string(), endsAt: time }).openapi('IssuedLink')

export function shownLink(
  c: Context<AppEnv>,
  path: string,
  { endsAtMs }: { readonly endsAtMs: number },
): z.infer<typeof issuedLink> {
  return { url: `${c.var.registry.config.publicUrl}${path}`, endsAt: new Date(endsAtMs).toISOString() }
}

/** A period, both ends inclusive. */
export const period = z.object({ from: time.optional(), to: time.optional() })
