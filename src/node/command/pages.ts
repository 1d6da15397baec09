import { z } from 'zod'
import type { Registry } from './registry.ts'

/** The most that a page of the API holds. */
const pageItems = 100

/**
 * The first items of a list of the API, page by page.
 * @param path with or without a query
 * @param most how many are wanted
 */
export async function listed<T>(registry: Registry, path: string, item: z.ZodType<T>, most: number): Promise<T[]> {
  const page = z.object({ items: z.array(item), next: z.string().optional() })
  const items: T[] = []
  let after: string | undefined
  do {
    const query = new URLSearchParams({ limit: String(Math.min(pageItems, most - items.length)) })
    if (after !== undefined) query.set('after', after)
    const { items: more, next } = await registry.get(`${path}${path.includes('?') ? '&' : '?'}${query}`, page)
    items.push(...more)
    after = next
  } while (after !== undefined && items.length < most)
  return items
}
