import { OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import type { AppEnv } from '../http/env.ts'
import { refuse } from '../model/refusals.ts'

/** Bodies of the API are a few fields each. */
const mostBytes = 64 * 1024

/**
 * A set of API routes, each made by `createRoute`: one description, from which the request is checked and the OpenAPI
 * document is written. A request that does not fit is refused before its handler is called.
 */
export function resource(): OpenAPIHono<AppEnv> {
  const routes = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return
      const [issue] = result.error.issues
      const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
      throw refuse('body_invalid', { problem: `${issue?.message ?? 'it does not fit'}${place}` })
    },
  })
  routes.use(
    '/api/v1/*',
    bodyLimit({
      maxSize: mostBytes,
      onError: () => {
        throw refuse('body_too_large', { mostBytes })
      },
    }),
  )
  return routes
}

/** A problem as RFC 9457 has it. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    requestId: z.string(),
  })
  .openapi('Problem')

/** What every route may answer: a problem, whose `code` says which. */
export const problems = {
  default: {
    description: 'A problem; `code` is stable, `detail` says what to do.',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
} as const

/** An answer in JSON. */
export function json<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { 'application/json': { schema } } } as const
}

/** A body in JSON. */
export function body<S extends z.ZodType>(schema: S) {
  return { body: { required: true, content: { 'application/json': { schema } } } } as const
}

/** Where a list goes on, and how much of it is wanted. */
export const paging = z.object({
  after: z.string().max(300).optional().openapi({ description: 'The `next` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

/** Who may call it: with a token or session, or without. */
export const signedIn = { security: [{ token: [] }] } as const satisfies Partial<RouteConfig>
