import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Stack, startStack } from '../support/stack.ts'

const limit = 3
let stack: Stack

/** The bindings that the product is deployed with, by name, with a limit that a test comes to. */
function deployedLimits() {
  const binding = z.object({ name: z.string(), namespace_id: z.string(), simple: z.object({ period: z.literal(60) }) })
  const { ratelimits } = z.object({ ratelimits: z.array(binding) }).parse(parse(readFileSync('wrangler.toml', 'utf8')))
  return Object.fromEntries(
    ratelimits.map(({ name, namespace_id, simple }) => [name, { namespace_id, simple: { ...simple, limit } }]),
  )
}

beforeAll(async () => {
  const settings = { DECKLE_ANONYMOUS_PER_MINUTE: '0', DECKLE_ACCOUNT_PER_MINUTE: '0' }
  stack = await startStack({ validator: false, settings, rateLimits: deployedLimits() })
}, 60_000)
afterAll(() => stack?.close())

/** So many that a limit is come to even when a minute ends in between. */
const requests = 3 * limit

async function ask(name: string | undefined, address: string): Promise<readonly Response[]> {
  const actor = await stack.as(name)
  const answers: Response[] = []
  for (let request = 0; request < requests; request += 1) {
    answers.push(await actor.fetch('/nothing', { headers: { 'cf-connecting-ip': address } }))
  }
  return answers
}

test.each([
  ['an address', undefined, ['192.0.2.1', '192.0.2.2']],
  ['an account, from wherever,', 'ana', ['192.0.2.3', '192.0.2.3']],
] as const)('%s is refused once the binding of Workers says so, and nobody else', async (_, name, [own, other]) => {
  const answers = await ask(name, own)
  const refused = answers.filter(({ status }) => status === 429)
  expect(answers[0]?.status).toBe(404)
  expect(refused.length).toBeGreaterThanOrEqual(requests - 2 * limit)
  expect(await refused[0]?.json()).toMatchObject({ code: 'too_many_requests' })
  expect(refused[0]?.headers.get('retry-after')).toBe('60')
  const [first] = await ask(name === undefined ? undefined : 'bob', other)
  expect(first?.status).toBe(404)
})
