import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { hurried } from './hurried.ts'

/** A flow is killed after every so many of its writes: each of them, unless a slow server is tried. */
export const everyNthDeath = Number(process.env['DECKLE_TEST_EVERY_NTH_DEATH'] ?? 1)

/**
 * A platform whose process dies when its `at`-th write is done, before it hears of it. What a process reads before it
 * dies, and a write that it did not come to, leave no trace: every state that a death can leave is that after some write.
 */
export function dying(at: number): Platform & { readonly writes: () => number } {
  let writes = 0
  let isDead = false
  const platform = hurried(async (request) => {
    if (isDead) throw new TypeError('killed')
    if (!isWrite(request)) return webPlatform.fetch(request)
    writes += 1
    if (writes < at) return webPlatform.fetch(request)
    isDead = true
    await (await webPlatform.fetch(request)).body?.cancel()
    throw new TypeError('killed')
  })
  return { ...platform, writes: () => writes }
}

function isWrite({ method, headers }: Request): boolean {
  const operation = headers.get('x-amz-target')
  return operation === null ? !['GET', 'HEAD'].includes(method) : !/\.(?:Get|Query|BatchGet)/.test(operation)
}
