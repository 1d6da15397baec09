import { expect, test } from 'vitest'
import { measures } from '../../../src/model/telemetry.ts'
import { startHealthServer } from '../../../src/node/service/health-server.ts'
import { Metrics } from '../../../src/std/metrics.ts'
import { readOpenMetrics } from '../../support/open-metrics.ts'

async function serve() {
  const metrics = new Metrics(measures)
  const health = await startHealthServer({ port: 0, metrics })
  const { port } = health
  const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method })
  return { metrics, health, ask }
}

test('a service is healthy until it is told to stop, and says nothing else', async () => {
  const { health, ask } = await serve()
  expect(await (await ask('/health')).json()).toEqual({ status: 'ok' })
  for (const other of [await ask('/'), await ask('/health?x'), await ask('/health', 'POST')])
    expect(other.status).toBe(404)
  health.stopping()
  const stopping = await ask('/health')
  expect([stopping.status, await stopping.json()]).toEqual([503, { status: 'stopping' }])
  await health.close()
})

test('what it has counted is there for those who scrape', async () => {
  const { metrics, ask } = await serve()
  metrics.count('downloads', { outcome: 'allowed' })
  const answer = await ask('/metrics')
  expect(answer.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
  expect(readOpenMetrics(await answer.text()).get('deckle_downloads_total{outcome="allowed"}')).toBe(1)
})
