import type { Context, Hono } from 'hono'
import { asking } from '../../http/authenticate.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { visitorOf } from '../../http/visitor.ts'
import type { VersionRef } from '../../model/ids.ts'
import { refuse } from '../../model/refusals.ts'
import { tarballVersion } from '../names.ts'
import { packageParam, wantsFresh } from './params.ts'

function fileParam(c: Context<AppEnv>): VersionRef {
  const ref = packageParam(c)
  const version = tarballVersion(ref.name, c.req.param('file') ?? '')
  if (version === undefined) throw refuse('package_not_found')
  return { ...ref, version }
}

/** The end of `npm unpublish` of a version, after the version itself was removed by `/-rev/`. */
export const tarballRemoval: Hono<AppEnv> = routes().delete('/:package/-/:file/-rev/:revision', async (c) => {
  await c.var.registry.requireUnpublished(await asking(c), fileParam(c))
  return c.json({ ok: true })
})

/**
 * `GET /<name>/-/<file>.tgz`: one decision and one signed redirect; the bytes never come through here. The redirect is
 * for the asker alone and for minutes only, so nothing may keep it. `HEAD` (which Hono sends here too) is answered
 * without a redirect, since a link is signed for `GET`.
 */
export const tarball: Hono<AppEnv> = routes().get('/:package/-/:file', async (c) => {
  const file = fileParam(c)
  if (c.req.raw.method === 'HEAD') {
    const facts = await c.var.registry.describeFile(asking(c), file)
    if (facts === undefined) throw refuse('package_not_found')
    return new Response(null, {
      headers: {
        'cache-control': 'private, no-store',
        'content-length': String(facts.sizeBytes),
        'content-type': 'application/octet-stream',
        etag: facts.etag,
      },
    })
  }
  const url = await c.var.registry.download(asking(c), file, visitorOf(c), wantsFresh(c))
  return new Response(null, { status: 302, headers: { location: url, 'cache-control': 'private, no-store' } })
})
