import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Context } from '../../../../src/node/command/context.ts'
import { Registry } from '../../../../src/node/command/registry.ts'
import { logInOnPage } from '../../../../src/node/command/web-login.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A registry that answers each poll with the next of these. */
async function contextFor(polls: readonly [number, unknown][], notes: string[] = []): Promise<Context> {
  const left = [...polls]
  const server = createServer((request, response) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const begun =
      polls.length === 0 ? ([404, {}] as const) : ([200, { loginUrl: `${url}/page`, doneUrl: `${url}/done` }] as const)
    const [status, body] = request.method === 'POST' ? begun : (left.shift() ?? [500, {}])
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' }).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close())
  const { signal } = new AbortController()
  const registry = new Registry({ address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, signal })
  return { registry, signal, output: { note: (text: string) => void notes.push(text) } } as unknown as Context
}

test('it shows the page, and asks until the token comes', async () => {
  const notes: string[] = []
  const context = await contextFor(
    [
      [202, {}],
      [202, {}],
      [200, { token: 'dk_x' }],
    ],
    notes,
  )
  expect(await logInOnPage(context)).toBe('dk_x')
  expect(notes).toEqual([expect.stringMatching(/^Log in at this address.*\n.*\/page$/)])
})

test('it ends when it was denied', async () => {
  await expect(
    logInOnPage(
      await contextFor([
        [202, {}],
        [403, {}],
      ]),
    ),
  ).rejects.toMatchObject({
    kind: 'auth',
    details: { code: 'web_login_over' },
  })
})

test('a registry without such a page leaves it to the password', async () => {
  expect(await logInOnPage(await contextFor([]))).toBeUndefined()
})
