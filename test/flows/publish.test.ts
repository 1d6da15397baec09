import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publishRequest } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
}, 60_000)
afterAll(() => stack?.close())

describe('publish', () => {
  test('a sound package becomes visible, and its bytes come from storage by a signed link', async () => {
    const ana = await stack.as('ana')
    const published = await ana.publish('left-pad', '1.0.0', { access: 'public' })
    expect(await published.json()).toMatchObject({ ok: true, id: 'left-pad@1.0.0' })
    expect(published.status).toBe(201)
    expect(await stack.stored('packages/npm/left-pad/')).toEqual(['1.0.0/left-pad-1.0.0.tgz'])

    const stranger = await stack.as()
    const packument = await stranger.json('/left-pad')
    expect(packument['dist-tags']).toEqual({ latest: '1.0.0' })
    const link = await stranger.fetch('/left-pad/-/left-pad-1.0.0.tgz')
    expect(link.status).toBe(302)
    expect(link.headers.get('cache-control')).toContain('no-store')
    const location = link.headers.get('location') ?? ''
    expect(new URL(location).hostname).toBe('127.0.0.1')
    const bytes = new Uint8Array(await (await fetch(location)).arrayBuffer())
    const digest = Buffer.from(await crypto.subtle.digest('SHA-512', bytes)).toString('base64')
    expect(packument['versions']['1.0.0'].dist.integrity).toBe(`sha512-${digest}`)
  })

  test('nothing is left in staging once the verdict is there', async () => {
    expect(await stack.stored('staging/')).toEqual([])
  })

  test('the same bytes again succeed again, other bytes are refused as npm refuses them', async () => {
    const ana = await stack.as('ana')
    expect((await ana.publish('again', '1.0.0')).status).toBe(201)
    expect((await ana.publish('again', '1.0.0')).status).toBe(201)
    const other = await ana.publish('again', '1.0.0', { files: { 'index.js': 'other' } })
    expect(other.status).toBe(403)
    const answer = (await other.json()) as { error: string; code: string }
    expect(answer.error).toContain('You cannot publish over the previously published versions: 1.0.0.')
    expect(answer.code).toBe('version_taken')
  })

  test('the report of a second version says what changed since the first', async () => {
    const ana = await stack.as('ana')
    expect((await ana.publish('growing', '1.0.0')).status).toBe(201)
    const next = { manifest: { dependencies: { 'left-pad': '1.0.0' }, scripts: { postinstall: 'node x' } } }
    expect((await ana.publish('growing', '1.1.0', next)).status).toBe(201)
    const report = async (version: string) => {
      const answer = await ana.json(`/api/v1/packages/npm/growing/versions/${version}/report`)
      return answer['findings'].map(({ code }: { code: string }) => code)
    }
    expect(await report('1.0.0')).not.toContain('dependency_added')
    expect(await report('1.1.0')).toEqual(expect.arrayContaining(['dependency_added', 'install_script_added']))
  })

  test('a version that was refused frees its number for a corrected retry', async () => {
    const ana = await stack.as('ana')
    const confused = await ana.fetch('/fixable', confusedRequest('fixable', '1.0.0'))
    const answer = (await confused.json()) as { error: string; report: string }
    expect(confused.status).toBe(422)
    expect(answer.error).toContain('fixable@1.0.0 was refused by validation')
    expect(answer.error).toContain(answer.report)
    const report = await ana.fetch(new URL(answer.report).pathname)
    expect(await report.json()).toMatchObject({ verdict: 'rejected', package: 'fixable' })
    expect((await (await stack.as('eve')).fetch(new URL(answer.report).pathname)).status).toBe(404)
    expect((await ana.fetch('/fixable')).status).toBe(404)
    expect(await stack.stored('packages/npm/fixable/')).toEqual([])

    expect((await ana.publish('fixable', '1.0.0')).status).toBe(201)
    expect((await ana.fetch('/fixable')).status).toBe(200)
  })

  test('only owners publish', async () => {
    await (await stack.as('ana')).publish('hers', '1.0.0')
    const eve = await stack.as('eve')
    const refused = await eve.publish('hers', '1.1.0')
    expect(refused.status).toBe(403)
    expect(((await refused.json()) as { code: string }).code).toBe('not_owner')
    expect((await (await stack.as()).publish('hers', '1.1.0')).status).toBe(401)
    expect((await (await stack.as('admin')).publish('hers', '1.1.0')).status).toBe(201)
  })

  test('a scoped package with a prerelease and a tag of its own', async () => {
    const ana = await stack.as('ana')
    expect((await ana.publish('@acme/ui', '1.0.0')).status).toBe(201)
    expect((await ana.publish('@acme/ui', '2.0.0-rc.1', { tag: 'next' })).status).toBe(201)
    const packument = await ana.json('/@acme%2fui')
    expect(packument['dist-tags']).toEqual({ latest: '1.0.0', next: '2.0.0-rc.1' })
    expect(Object.keys(packument['versions'])).toEqual(['1.0.0', '2.0.0-rc.1'])
    expect(await ana.json('/@acme/ui/next')).toMatchObject({ version: '2.0.0-rc.1', dist: { fileCount: 2 } })
    expect(await ana.json('/@acme%2Fui/1.0.0')).toMatchObject({ version: '1.0.0' })
    expect((await ana.fetch('/@acme%2fui/-/ui-1.0.0.tgz')).status).toBe(302)
  })

  test.each([
    ['not JSON', { body: 'nonsense' }, 400],
    ['another content type', { body: '{}', headers: { 'content-type': 'text/plain' } }, 415],
    ['no attachment', { body: JSON.stringify({ name: 'odd', versions: {}, _attachments: {} }) }, 400],
    ['no revision', { body: JSON.stringify({ name: 'odd', versions: {} }) }, 400],
  ])('%s is refused with a sentence and a code', async (_, init, status) => {
    const ana = await stack.as('ana')
    const headers = { 'content-type': 'application/json' }
    const answer = await ana.fetch('/odd', { method: 'PUT', headers, ...init })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toEqual({
      error: expect.any(String),
      code: expect.any(String),
      requestId: expect.any(String),
    })
  })

  test('a digest that does not match the bytes is refused, and nothing stays behind', async () => {
    const ana = await stack.as('ana')
    const request = publishRequest('broken', '1.0.0')
    const body = new TextDecoder()
      .decode(request.body as Uint8Array)
      .replace(/sha512-[A-Za-z0-9]/, (sri) => `sha512-${sri.endsWith('A') ? 'B' : 'A'}`)
    const answer = await ana.fetch('/broken', { ...request, body })
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { code: string }).code).toBe('digest_mismatch')
    expect(await stack.stored('staging/')).toEqual([])
  })
})

test('who sends a large body gets to read why it was refused', async () => {
  const eve = await stack.as('eve')
  const refused = await send(`${stack.url}/left-pad`, eve.token, 30_000_000)
  expect(refused).toMatchObject({ status: 403, body: expect.stringContaining('not_owner') })
  const tooLarge = await send(`${stack.url}/eves`, eve.token, 101_000_000)
  expect(tooLarge).toMatchObject({ status: 413, body: expect.stringContaining('npm pack --dry-run') })
  const stranger = await send(`${stack.url}/eves`, undefined, 30_000_000)
  expect(stranger).toMatchObject({ status: 401, body: expect.stringContaining('login_required') })
}, 60_000)

/** Like npm: sends all of the body before it looks at the answer. */
function send(url: string, token: string | undefined, bytes: number): Promise<{ status: number; body: string }> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const headers = { 'content-type': 'application/json', 'content-length': bytes, ...authorization }
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'PUT', headers })
    request.on('error', reject)
    request.on('response', (response) => {
      if (!request.writableFinished) reject(new Error('answered too early'))
      response.setEncoding('utf8')
      let body = ''
      response.on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    request.end(Buffer.alloc(bytes, ' '))
  })
}

/** The published manifest names a dependency that the archive does not have. */
function confusedRequest(name: string, version: string): RequestInit {
  const request = publishRequest(name, version)
  const body = JSON.parse(new TextDecoder().decode(request.body as Uint8Array)) as { versions: Record<string, object> }
  body.versions[version] = { ...body.versions[version], dependencies: { hidden: '1.0.0' } }
  return { ...request, body: JSON.stringify(body) }
}
