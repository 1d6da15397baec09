import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { wire } from '../../src/wiring.ts'
import { publishRequest } from '../support/actor.ts'
import { expectProblem } from '../support/problems.ts'
import { type Stack, startStack } from '../support/stack.ts'

/** Every route that the app has, with what somebody hostile would put into each part of its address, and around it. */
let stack: Stack
let token: string
let paths: readonly string[] = []

beforeAll(async () => {
  stack = await startStack()
  const ana = await stack.as('ana')
  token = ana.token ?? ''
  await ana.publish('left-pad', '1.0.0', { access: 'public' })
  paths = [...new Set(createApp(wire(stack.config, webPlatform)).routes.map(({ path }) => path))]
}, 60_000)
afterAll(() => stack?.close())

const tricks: readonly (readonly [what: string, text: string])[] = [
  ['dots', '..'],
  ['encoded dots', '%2e%2e'],
  ['dots and slashes', '..%2f..%2fetc%2fpasswd'],
  ['doubly encoded', '%252e%252e%252f'],
  ['many slashes', 'a%2fb%2fc'],
  ['backslashes', '..%5c..%5cx'],
  ['NUL', 'left-pad%00.tgz'],
  ['overlong UTF-8', '%c0%ae%c0%ae%c0%af'],
  ['no UTF-8', '%ff%fe'],
  ['half an escape', '%e2%8'],
  ['no escape', '%zz'],
  ['a line break', 'x%0d%0aset-cookie:%20a=b'],
  ['a direction mark', '%e2%80%ae'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['a scope alone', '@x'],
  ['5,000 characters', 'x'.repeat(5_000)],
]

const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH'] as const

/** Sends an address just as it is: `fetch` would tidy it up first. */
function ask(method: string, path: string, address = stack.url): Promise<Response> {
  const { hostname, port } = new URL(address)
  const body = method === 'PUT' || method === 'POST' ? '{}' : undefined
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
  }
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers }, async (answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk as Buffer)
      const lines = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as [string, string])
      const status = answer.statusCode ?? 0
      const hasBody = chunks.length > 0
      resolve(new Response(hasBody ? Buffer.concat(chunks) : null, { status, headers: lines }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** `/a/:b/:c` with a trick in place of each of its parameters, one at a time, and of a harmless text in the others. */
function addresses(path: string, trick: string): readonly string[] {
  const segments = path.replace('*', ':rest').split('/')
  const isParameter = (segment: string) => segment.startsWith(':')
  return segments.flatMap((segment, at) => {
    if (!isParameter(segment)) return []
    const filled = segments.map((other, index) => (index === at ? trick : isParameter(other) ? 'left-pad' : other))
    return [filled.join('/')]
  })
}

test('the app tells its routes', () => {
  expect(paths.length).toBeGreaterThan(35)
  expect(paths).toContain('/:package/-/:file')
})

describe.each(tricks)('%s in an address', (_, trick) => {
  test('is refused in every part of every route, or stands for nothing', async () => {
    const before = await stack.stored('')
    for (const address of new Set(paths.flatMap((path) => addresses(path, trick)))) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const answer = await ask(method, address)
        expect(answer.status, `${method} ${address.slice(0, 100)}`).toBeLessThan(500)
        expect(answer.headers.get('set-cookie')).toBeNull()
        if (answer.status >= 400) await expectProblem(answer)
      }
    }
    expect(await stack.stored('')).toEqual(before)
  })
})

test('every route answers every method with what it is for, or with a problem', async () => {
  for (const path of paths) {
    const address = path.replace(/:\w+(\{[^}]*\})?/g, 'nothing').replace('*', 'nothing')
    for (const method of methods) {
      const answer = await ask(method, address)
      expect(answer.status === 501 || answer.status < 500, `${method} ${address} ${answer.status}`).toBe(true)
      if (method === 'HEAD') expect(await answer.text()).toBe('')
      else if (answer.status >= 400) await expectProblem(answer)
    }
  }
  // Logging out was among them
  token = (await stack.as('ana')).token ?? ''
})

test('an address of 100 kB does no harm', async () => {
  const answer = await ask('GET', `/${'x'.repeat(100_000)}`)
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.status).toBeLessThan(500)
  expect((await ask('GET', '/-/ping')).status).toBe(200)
})

test('a name that differs from another in case alone is refused', async () => {
  const answer = await (await stack.as('ana')).fetch('/Left-Pad', publishRequest('Left-Pad', '1.0.0'))
  expect(await expectProblem(answer)).toMatchObject({ status: 400, code: 'package_name_invalid' })
})

test('what was not foreseen is a 500 with a request id and not a word of what it was', async () => {
  let calls = 0
  const broken: Platform = {
    ...webPlatform,
    now: () => {
      calls += 1
      if (calls === 3) throw new TypeError('no such thing at /srv/app/secret.ts:12')
      return webPlatform.now()
    },
  }
  const edge = stack.edge(broken)
  const headers = { authorization: `Bearer ${token}` }
  const answer = await edge.fetch(new Request(`${stack.url}/-/whoami`, { headers }))
  const { code, sentence, status } = await expectProblem(answer)
  expect([status, code]).toEqual([500, 'internal'])
  expect(sentence).not.toContain('no such thing')
})

/** Half a minute is over at once, and so is what is waited for between two tries. */
const quick: Platform = { ...webPlatform, sleep: (ms, signal) => webPlatform.sleep(ms / 100, signal) }

/** A body that begins well and then comes a byte at a time, or not at all. */
function trickle(start: string, everyMs: number, sent: () => void = () => undefined): ReadableStream<Uint8Array> {
  let isBegun = false
  let timer: NodeJS.Timeout | undefined
  return new ReadableStream({
    pull(controller) {
      const send = (text: string) => controller.enqueue(new TextEncoder().encode(text))
      if (!isBegun) {
        isBegun = true
        return send(start)
      }
      return new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          send(' ')
          sent()
          resolve()
        }, everyMs)
      })
    },
    cancel: () => clearTimeout(timer),
  })
}

const hour = 3_600_000

describe.each([
  ['a publish', 'PUT', '/slow', () => new TextDecoder().decode(publishRequest('slow', '1.0.0').body as Uint8Array)],
  ['a login', 'PUT', '/-/user/org.couchdb.user:ana', () => '{"name":"ana",'],
  ['a tag', 'PUT', '/-/package/left-pad/dist-tags/slow', () => '"1.0'],
  ['an owner change', 'PUT', '/left-pad/-rev/1', () => '{"name":"left-pad",'],
  ['a request of the API', 'POST', '/api/v1/tokens', () => '{"kind":"publish",'],
])('%s', (_, method, path, start) => {
  const send = (platform: Platform, body: ReadableStream) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const init = { method, headers, body, duplex: 'half' } as RequestInit
    return stack.edge(platform).fetch(new Request(`${stack.url}${path}`, init))
  }

  test('whose body falls silent ends, and leaves nothing behind', async () => {
    const text = start()
    const answer = await send(quick, trickle(text.slice(0, Math.floor(text.length / 2)), hour))
    expect(await expectProblem(answer)).toMatchObject({ status: 408, code: 'body_too_slow' })
    expect(await stack.stored('staging/')).toEqual([])
  })

  test('whose body only trickles ends too', async () => {
    // Twenty seconds go by with every byte
    let aheadMs = 0
    const pass = () => {
      aheadMs += 20_000
    }
    const hurried: Platform = { ...webPlatform, now: () => webPlatform.now() + aheadMs }
    const text = start()
    const answer = await send(hurried, trickle(text.slice(0, Math.floor(text.length / 2)), 1, pass))
    expect(await expectProblem(answer)).toMatchObject({ status: 408, code: 'body_too_slow' })
    expect(await stack.stored('staging/')).toEqual([])
  })
})
