import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { Registry, type RegistryOptions } from '../../../../src/node/command/registry.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A registry that answers in this way, and somebody who asks it without waiting between tries. */
async function registryThat(answers: RequestListener, options: Partial<RegistryOptions> = {}): Promise<Registry> {
  const server = createServer(answers)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { signal } = new AbortController()
  return new Registry({ address, token: 'dk_secret', signal, wait: async () => undefined, ...options })
}

const anything = z.object({ ok: z.boolean() })

test('what passes is asked again: no connection, an outage, an answer that breaks off', async () => {
  let count = 0
  const registry = await registryThat((request, response) => {
    count += 1
    if (count === 1) return void request.socket.destroy()
    if (count === 2) return void response.writeHead(503).end('{}')
    if (count === 3) return void response.write('{"ok"', () => request.socket.destroy())
    response.end('{"ok":true}')
  })
  expect(await registry.get('/x', anything)).toEqual({ ok: true })
  expect(count).toBe(4)
})

test('what could happen twice is not asked again', async () => {
  let count = 0
  const registry = await registryThat((request) => {
    count += 1
    request.socket.destroy()
  })
  await expect(registry.json({ method: 'POST', path: '/x', body: {} }, anything)).rejects.toMatchObject({
    kind: 'network',
  })
  expect(count).toBe(1)
})

test('Ctrl-C in the middle of an answer is an interruption', async () => {
  const stopping = new AbortController()
  const answers: RequestListener = (_, response) => void response.write('{', () => stopping.abort())
  const registry = await registryThat(answers, { signal: stopping.signal })
  await expect(registry.get('/x', anything)).rejects.toMatchObject({ kind: 'interrupted' })
})

test('a second factor is asked for once, and shown with all that follows', async () => {
  const codes: unknown[] = []
  let asked = 0
  const registry = await registryThat(
    (request, response) => {
      codes.push(request.headers['npm-otp'])
      const isGood = request.headers['npm-otp'] === '123456'
      response.writeHead(isGood ? 200 : 401).end(isGood ? '{"ok":true}' : '{"code":"second_factor_required"}')
    },
    {
      askCode: async () => {
        asked += 1
        return '123456'
      },
    },
  )
  expect(await registry.json({ method: 'POST', path: '/x', body: {} }, anything)).toEqual({ ok: true })
  await registry.get('/y', anything)
  expect([codes, asked]).toEqual([[undefined, '123456', '123456'], 1])
})

test('a redirect is not followed: the token stays with the registry', async () => {
  const registry = await registryThat(
    (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  )
  const { status, headers } = await registry.headers({ path: '/x' })
  expect([status, headers.get('location')]).toEqual([302, 'http://127.0.0.1:1/'])
})

test('an answer that is none of a registry says so', async () => {
  const registry = await registryThat((_, response) => void response.end('<html>'))
  await expect(registry.get('/x', anything)).rejects.toMatchObject({
    kind: 'failed',
    details: { code: 'answer_invalid' },
  })
})
