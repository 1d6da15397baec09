import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { PackageName, Version } from '../../src/model/ids.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireIdentity } from '../../src/wiring.ts'
import { account } from '../builders/account.ts'
import { Actor, publishRequest } from '../support/actor.ts'
import { expectProblem } from '../support/problems.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
  await (await stack.as('ana')).publish('left-pad', '1.0.0', { access: 'public' })
}, 60_000)
afterAll(() => stack?.close())

interface Body {
  name: string
  versions: Record<string, Record<string, unknown>>
  'dist-tags': Record<string, unknown>
  _attachments: Record<string, unknown>
  [field: string]: unknown
}

/** A good body, changed. */
function changed(change: (body: Body) => unknown): string {
  const body: Body = JSON.parse(new TextDecoder().decode(publishRequest('odd', '1.0.0').body as Uint8Array))
  change(body)
  return JSON.stringify(body)
}

const otherDigest = `sha512-${Buffer.alloc(64).toString('base64')}`
const dist = (body: Body) => body.versions['1.0.0']?.['dist'] as object
const attachment = (body: Body) => Object.values(body._attachments)[0] as { data: string; length: number }

const bodies: readonly (readonly [what: string, body: string, status: number])[] = [
  ['nothing', '', 400],
  ['an array', '[]', 400],
  ['half a document', '{"name":"odd",', 400],
  ['a document and more', `${changed(() => undefined)}{}`, 400],
  ['100,000 levels', `{"a":${'['.repeat(100_000)}`, 400],
  ['thirteen megabytes of metadata', changed((body) => Object.assign(body, { readme: 'x'.repeat(13_000_000) })), 400],
  ['half a million values', `{"a":[${'0,'.repeat(500_000)}0]}`, 400],
  ['another package', changed((body) => Object.assign(body, { name: 'other' })), 400],
  ['no version', changed((body) => Object.assign(body, { versions: {} })), 400],
  [
    'two versions',
    changed((body) => Object.assign(body.versions, { '2.0.0': { name: 'odd', version: '2.0.0' } })),
    400,
  ],
  [
    'a version that is none',
    changed((body) => Object.assign(body, { versions: { latest: { name: 'odd', version: 'latest' } } })),
    400,
  ],
  [
    'a version of another name',
    changed((body) => Object.assign(body.versions, { '1.0.0': { name: 'x', version: '1.0.0' } })),
    400,
  ],
  ['a manifest that is no object', changed((body) => Object.assign(body, { versions: { '1.0.0': [] as never } })), 400],
  ['two tarballs', changed((body) => Object.assign(body._attachments, { 'b-1.0.0.tgz': attachment(body) })), 400],
  ['no tarball', changed((body) => Object.assign(body, { _attachments: {} })), 400],
  ['an integrity of other bytes', changed((body) => Object.assign(dist(body), { integrity: otherDigest })), 400],
  ['a shasum of other bytes', changed((body) => Object.assign(dist(body), { shasum: '0'.repeat(40) })), 400],
  ['attachments called __proto__', changed((body) => body).replace('"_attachments":', '"__proto__":'), 400],
  [
    'a version called __proto__',
    changed((body) => body).replace('"versions":{"1.0.0"', '"versions":{"__proto__"'),
    400,
  ],
  ['a wrong length', changed((body) => Object.assign(attachment(body), { length: 7 })), 400],
  ['no base64', changed((body) => Object.assign(attachment(body), { data: '****' })), 400],
  ['an empty tarball', changed((body) => Object.assign(attachment(body), { data: '', length: 0 })), 400],
  ['a tag for another version', changed((body) => Object.assign(body, { 'dist-tags': { latest: '9.9.9' } })), 400],
  ['a tag that is a range', changed((body) => Object.assign(body, { 'dist-tags': { '^1': '1.0.0' } })), 400],
  ['a tag called __proto__', changed((body) => body).replace('"latest":', '"__proto__":'), 400],
  ['an odd access', changed((body) => Object.assign(body, { access: 'everybody' })), 400],
  ['no archive', changed((body) => Object.assign(attachment(body), base64('not a tarball'), { digest: 1 })), 400],
]

function base64(text: string) {
  return { data: Buffer.from(text).toString('base64'), length: text.length }
}

describe('a publish of', () => {
  test.each(bodies)('%s is refused with a code, a sentence and a request id', async (_, body, status) => {
    const ana = await stack.as('ana')
    const headers = { 'content-type': 'application/json' }
    const answer = await ana.fetch('/odd', { method: 'PUT', headers, body })
    expect((await expectProblem(answer)).status).toBe(status)
    expect(await stack.stored('staging/')).toEqual([])
  })

  test.each(['Left-Pad', 'left%2fpad', '.left', 'left pad', '__proto__', 'node_modules', '%00', 'a'.repeat(300)])(
    'a package named %j is refused, with what is wrong',
    async (name) => {
      const ana = await stack.as('ana')
      const answer = await ana.fetch(`/${name.replace(' ', '%20')}`, publishRequest('odd', '1.0.0'))
      expect(await expectProblem(answer)).toMatchObject({ status: 400, code: expect.stringMatching(/invalid/) })
    },
  )
})

test.each(['text/plain', 'multipart/form-data; boundary=x', undefined])(
  'a body of type %s is refused',
  async (type) => {
    const ana = await stack.as('ana')
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
    const body = new TextEncoder().encode(changed(() => undefined))
    const answer = await ana.fetch('/odd', { method: 'PUT', headers, body })
    expect(await expectProblem(answer)).toMatchObject({ status: 415, code: 'unsupported_media_type' })
  },
)

test('a body that breaks off leaves nothing behind', async () => {
  const ana = await stack.as('ana')
  const body = Buffer.from(publishRequest('broken', '1.0.0').body as Uint8Array).toString()
  const start = `${body.slice(0, body.indexOf('"data":"'))}"data":"${'A'.repeat(16_000_000)}`
  await new Promise<void>((resolve) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': 40_000_000,
      authorization: `Bearer ${ana.token}`,
    }
    const request = httpRequest(`${stack.url}/broken`, { method: 'PUT', headers })
    request.on('error', () => resolve())
    request.write(start, () => setTimeout(() => request.destroy(new Error('gone')), 500))
  })
  await vi.waitFor(async () => expect(await stack.stored('staging/')).toEqual([]), { timeout: 10_000 })
  const ref = { format: 'npm' as const, name: 'broken' as PackageName, version: '1.0.0' as Version }
  expect(await stack.stores.versions.get(ref)).toBeUndefined()
  expect((await ana.publish('broken', '1.0.0')).status).toBe(201)
})

test('a token that is expired is refused', async () => {
  const user = account('old')
  await stack.stores.users.claim(user)
  const longAgo = { ...webPlatform, now: () => Date.now() - 2 * 86_400_000 }
  const { token } = await wireIdentity(stack.config, stack.stores, longAgo).tokens.issue(user, 'test', 1)
  const answer = await new Actor(stack.url, token).fetch('/-/whoami')
  expect(await expectProblem(answer)).toMatchObject({ status: 401, code: 'token_invalid' })
})

test.each([
  ['a header of 100 kB', { 'x-long': 'x'.repeat(100_000) }],
  ['a token of 20 kB', { authorization: `Bearer ${'x'.repeat(20_000)}` }],
  ['an odd encoding', { 'accept-encoding': `${';q=,'.repeat(1_000)}zip` }],
  ['thousands of ETags', { 'if-none-match': '"a",'.repeat(2_000) }],
])('%s does no harm', async (_, headers) => {
  const answer = await (await stack.as()).fetch('/left-pad', { headers })
  expect(answer.status).toBeLessThan(500)
  expect((await (await stack.as()).fetch('/left-pad')).status).toBe(200)
})
