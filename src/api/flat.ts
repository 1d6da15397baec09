import { z } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { asking } from '../http/authenticate.ts'
import { hasBytes, jsonBody } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { refuse } from '../model/refusals.ts'
import { release } from '../release.ts'
import { body, done, endpoint, json, resource } from './resource.ts'
import { abortedUpload, completedUpload, openedUpload } from './upload-answers.ts'
import { completionOf, completionRequest, dryRunRequest, sha256, wantedUpload } from './upload-shapes.ts'
import {
  completed,
  completeRefuses,
  opened,
  openRefuses,
  partLink,
  shownLinks,
  signRefuses,
  uploadOfSession,
} from './uploads.ts'

/**
 * What the flat API has beside other names for operations (`http/flat-path.ts`): for scripts, to ask in one line. Thin on
 * purpose: each calls what `/api/v1/uploads` calls.
 */
const about = { tags: ['flat'], access: 'account' } as const
const params = z.object({ id: z.string().max(100) })

/** A client that was told to upload may do so by either method; the bytes go to the address in the answer. */
function part<const M extends 'put' | 'post'>(method: M, operationId: string) {
  return endpoint({
    ...about,
    method,
    path: '/api/packages/{id}/part',
    operationId,
    summary: 'Where to send a part',
    description: 'The part itself goes to `url`, by `PUT` and with just these headers: no byte of it comes here.',
    refuses: [...signRefuses, 'body_invalid'],
    request: {
      params,
      query: z.object({ number: z.coerce.number().int().min(1).max(10_000).default(1), sha256 }),
    },
    responses: { 200: json('The link.', partLink) },
  })
}

const commit = endpoint({
  ...about,
  method: 'post',
  path: '/api/packages/{id}/commit',
  operationId: 'flatCommit',
  summary: 'Publish what was sent',
  description: 'As `completeUpload`; what that takes may be left out, body and all. The same again is the same answer.',
  refuses: [...completeRefuses, 'body_invalid'],
  request: { params },
  responses: completed,
})

const validate = endpoint({
  ...about,
  method: 'post',
  path: '/api/validate',
  operationId: 'flatValidate',
  summary: 'Begin to validate a file, and publish nothing',
  description: 'As `openUpload` of a dry run; `part` and `commit` follow. Also at `POST /validate`.',
  refuses: openRefuses,
  request: body(dryRunRequest),
  responses: opened,
})

const abort = endpoint({
  ...about,
  method: 'post',
  path: '/api/packages/{id}/abort',
  operationId: 'flatAbort',
  summary: 'Give an upload up',
  refuses: [...uploadOfSession, 'upload_closed'],
  request: { params },
  responses: done,
})

const health = endpoint({
  tags: ['flat'],
  access: 'open',
  method: 'get',
  path: '/api/health',
  operationId: 'readHealth',
  summary: 'Whether the registry answers',
  description: 'Of the edge alone: `deckle doctor` looks at what is behind it.',
  responses: { 200: json('It does.', z.object({ status: z.literal('ok'), version: z.string() })) },
})

/** Scripts send a part by either method, so each is an operation of its own. */
const [putPart, postPart] = [part('put', 'flatPutPart'), part('post', 'flatPostPart')] as const

/** Whoever sends the part itself must not think that it has arrived. To be asked before a body is read. */
export const partBelongsElsewhere: MiddlewareHandler<AppEnv> = async (c, next) => {
  const problem = 'a part is not sent here; ask without a body, then PUT the part to the `url` of the answer'
  if (await hasBytes(c)) throw refuse('body_invalid', { problem })
  await next()
}

/** `/api`: the flat API. */
export const flat = resource()
  .openapi(putPart, async (c) => c.json(await link(c, c.req.valid('param').id, c.req.valid('query')), 200))
  .openapi(postPart, async (c) => c.json(await link(c, c.req.valid('param').id, c.req.valid('query')), 200))
  .openapi(validate, (c) => openedUpload(c, { ...wantedUpload(c, c.req.valid('json')), dryRun: true }))
  .openapi(commit, async (c) => {
    // Read here: the description of a body would refuse an empty one by its content type, and curl calls it a form
    const said = await jsonBody(c, completionRequest, {})
    return completedUpload(c, c.req.valid('param').id, completionOf(said))
  })
  .openapi(abort, (c) => abortedUpload(c, c.req.valid('param').id))
  .openapi(health, (c) => c.json({ status: 'ok' as const, version: release }, 200))

async function link(
  c: Context<AppEnv>,
  id: string,
  wanted: { readonly number: number; readonly sha256: string },
): Promise<z.infer<typeof partLink>> {
  const who = await asking(c)
  const [signed] = shownLinks(await c.var.registry.signParts(who, id, [wanted]))
  if (signed === undefined) throw new Error('a part that was asked for has a link')
  return signed
}
