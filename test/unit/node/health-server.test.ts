import { expect, test } from 'vitest'
import { startHealthServer } from '../../../src/node/service/health-server.ts'

test('a validator is healthy until it is told to stop, and says nothing else', async () => {
  const health = await startHealthServer({ port: 0 })
  const { port } = health
  const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method })
  expect(await (await ask('/health')).json()).toEqual({ status: 'ok' })
  for (const other of [await ask('/'), await ask('/health?x'), await ask('/health', 'POST')])
    expect(other.status).toBe(404)
  health.stopping()
  const stopping = await ask('/health')
  expect([stopping.status, await stopping.json()]).toEqual([503, { status: 'stopping' }])
  await health.close()
})
