import type { Hono } from 'hono'
import { asking } from '../../http/authenticate.ts'
import { type AppEnv, routes } from '../../http/env.ts'
import { refuse } from '../../model/refusals.ts'
import type { SearchHit } from '../../registry/search.ts'

/** npm's own limits. @see https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md#get-v1search */
const usualSize = 20
const mostSize = 250
const mostFrom = 10_000

/** `npm search`, `pnpm search`. The weights that clients may send (`quality`, `popularity`, `maintenance`) are not used. */
export const search: Hono<AppEnv> = routes().get('/-/v1/search', async (c) => {
  const who = await asking(c)
  const page = await c.var.registry.search(who, 'npm', {
    text: c.req.query('text') ?? '',
    from: Math.min(mostFrom, wholeNumber(c.req.query('from'), 0, 'from')),
    size: Math.min(mostSize, wholeNumber(c.req.query('size'), usualSize, 'size')),
  })
  const { publicUrl } = c.var.registry.config
  const time = new Date(c.var.registry.platform.now()).toISOString()
  const objects = page.hits.map((hit) => searchObject(hit, publicUrl))
  return c.json({ objects, total: page.total, time }, 200, { 'cache-control': 'private, no-cache' })
})

function searchObject({ head, shown, score }: SearchHit, publicUrl: string): object {
  const person = (username: string) => ({ username, email: '' })
  return {
    package: {
      name: head.name,
      scope: shown.scope ?? 'unscoped',
      version: shown.version,
      description: shown.description,
      keywords: shown.keywords,
      date: shown.publishedAt,
      links: { npm: `${publicUrl}/${head.name}`, ...shown.links },
      publisher: person(shown.publisher),
      maintainers: head.owners.map(person),
    },
    downloads: { monthly: shown.downloads },
    score: {
      final: score.final,
      detail: { quality: score.match, popularity: score.popularity, maintenance: score.recency },
    },
    searchScore: score.final,
  }
}

/** @throws Refusal `search_invalid` */
function wholeNumber(text: string | undefined, otherwise: number, name: string): number {
  if (text === undefined || text === '') return otherwise
  if (!/^\d{1,9}$/.test(text)) throw refuse('search_invalid', { problem: `"${name}" is not a whole number` })
  return Number(text)
}
