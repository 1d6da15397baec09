import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from '../http/env.ts'
import { endpoint, resource, tags, text } from './resource.ts'

/** Goes up with what the API can do; the `v1` in its addresses, when something is taken away. */
const version = '1.0.0'

const description = `The API of this registry. Every answer that is no success is a problem (RFC 9457) with a stable
\`code\`; each operation names those that it may answer with. Lists come in pages: \`next\` is the \`after\` of the next one,
to be sent back as it is. What is changed by \`PUT\` and \`DELETE\` may be repeated: what is so already is fine.`

/** The OpenAPI 3.1 document of an API, from the descriptions that its requests are checked by. */
export function describe(api: OpenAPIHono<AppEnv>) {
  const securitySchemes = {
    token: { type: 'http', scheme: 'bearer', description: 'A token of `npm login`, of the API, or a session.' },
    basic: { type: 'http', scheme: 'basic', description: 'Any user name, and a token as the password.' },
  } as const
  for (const [name, scheme] of Object.entries(securitySchemes)) {
    api.openAPIRegistry.registerComponent('securitySchemes', name, scheme)
  }
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Deckle', version, description, license: { name: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
  })
}

const read = endpoint({
  method: 'get',
  path: '/api/v1/openapi.json',
  operationId: 'readOpenApi',
  summary: 'This document',
  tags: ['about'],
  access: 'open',
  responses: { 200: text('OpenAPI 3.1.', 'application/json', z.looseObject({})) },
})

/** `/api/v1/openapi.json`. */
export function about(document: () => ReturnType<typeof describe>) {
  return resource().openapi(read, (c) => {
    return c.body(JSON.stringify(document()), 200, {
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
    })
  })
}
