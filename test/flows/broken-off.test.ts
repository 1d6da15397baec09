import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publishRequest } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack
const lines: string[] = []

beforeAll(async () => {
  stack = await startStack({ validator: false, logged: (line) => lines.push(line) })
}, 60_000)
afterAll(() => stack?.close())

/** Says that more comes than does, and hangs up. */
async function breakOff(method: string, path: string, token: string | undefined, body: Uint8Array): Promise<void> {
  const { hostname, port, host } = new URL(stack.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const head = [
    `${method} ${path} HTTP/1.1`,
    `host: ${host}`,
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `content-length: ${body.byteLength}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  socket.write(body.subarray(0, body.byteLength / 2), () => socket.destroy())
  await once(socket, 'close')
}

const publishBody = (name: string) => publishRequest(name, '1.0.0').body as Uint8Array
const profile = new TextEncoder().encode(JSON.stringify({ fullname: 'Ana' }))

test.each([
  ['a publish', 'PUT', '/broken', publishBody('broken'), 'PUT /:package'],
  ['a profile', 'POST', '/-/npm/v1/user', profile, 'POST /-/npm/v1/user'],
  ['a change of a packument', 'PUT', '/left-pad/-rev/1', publishBody('left-pad'), 'PUT /:package/-rev/:revision'],
])(
  '%s that breaks off in its middle is no failure of ours, and leaves nothing behind',
  async (_, method, path, body, route) => {
    const { token } = await stack.as('ana')
    await breakOff(method, path, token, body)
    const served = () => lines.map((line) => JSON.parse(line)).filter(({ message }) => message.startsWith(route))
    await expect
      .poll(served, { timeout: 10_000 })
      .toMatchObject([{ level: 'info', event: 'request_served', status: 400, code: 'body_broken_off' }])
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
    expect(await stack.stored('staging/')).toEqual([])
  },
)
