import { LRUCache } from 'lru-cache'

/**
 * A cache of at most so many entries, the least recently used of which goes first. Told a `max`, the library would lay
 * out room for all of them at once: for the caches of one isolate, ten milliseconds of its start and megabytes.
 */
export function growingCache<V extends string | object>(maxEntries: number): LRUCache<string, V> {
  return new LRUCache({ maxSize: maxEntries, sizeCalculation: () => 1 })
}
