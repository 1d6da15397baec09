import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { webPlatform } from '../../src/std/platform.ts'
import worker from '../../src/worker.ts'
import { publishRequest } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ validator: false, workerd: false, settings: { DECKLE_PUBLISH_WAIT_MS: '0' } })
}, 60_000)
afterAll(() => stack?.close())

test('where no validator runs, the worker’s clock sends a job again that was lost, once', async () => {
  const twoMinutesAgo = { ...webPlatform, now: () => Date.now() - 120_000 }
  const isJob = (request: Request) => request.headers.get('x-amz-target')?.endsWith('.SendMessage') === true
  const losing = stack.edge({
    ...twoMinutesAgo,
    fetch: (request) => (isJob(request) ? Promise.reject(new TypeError('lost')) : webPlatform.fetch(request)),
  })
  const { token } = await stack.as('ana')
  const init = publishRequest('lost', '1.0.0')
  const headers = { ...init.headers, authorization: `Bearer ${token}` }
  await losing.fetch(new Request(`${stack.url}/lost`, { ...init, headers }))

  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  for (let tick = 0; tick < 2; tick += 1) {
    await worker.scheduled({ scheduledTime: Date.now(), cron: '*/2 * * * *', noRetry: () => undefined }, stack.settings)
  }
  const sent = log.mock.calls.flat().filter((line) => String(line).includes('version_swept'))
  expect(sent.map((line) => JSON.parse(String(line)).message)).toEqual(['npm/lost@1.0.0: stood still, sent again'])
  log.mockRestore()
})
