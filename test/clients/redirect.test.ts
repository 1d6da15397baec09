import { createHash } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { accessOf, inSandbox } from './support/cells.ts'
import { npm11 } from './support/clients/npm.ts'
import { publishOk, samplePackage } from './support/packages.ts'

const { registry, token = '' } = accessOf('ana')
const authorization = { authorization: `Bearer ${token}` }

beforeAll(async () => {
  await inSandbox(npm11, accessOf('ana'), (box) => publishOk(box, samplePackage(box, '@moves/lib', '1.0.0')))
})

interface Dist {
  readonly tarball: string
  readonly integrity: string
}

async function readDist(): Promise<Dist> {
  const answer = await fetch(`${registry}@moves%2flib/1.0.0`, { headers: authorization })
  const { dist }: { dist: Dist } = JSON.parse(await answer.text())
  return dist
}

test('the link in the metadata is the registry, and the bytes come from the storage server', async () => {
  const dist = await readDist()
  expect(dist.tarball).toBe(`${registry}@moves/lib/-/lib-1.0.0.tgz`)
  const edge = await fetch(dist.tarball, { headers: authorization, redirect: 'manual' })
  expect(edge.status).toBe(302)
  expect(await edge.text()).toBe('')
  expect(edge.headers.get('cache-control')).toMatch(/private.*no-store/)
  const link = new URL(edge.headers.get('location') ?? '')
  expect(link.hostname).not.toBe(new URL(registry).hostname)
  expect(link.searchParams.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/)
  const storage = await fetch(link)
  const bytes = new Uint8Array(await storage.arrayBuffer())
  expect(`sha512-${createHash('sha512').update(bytes).digest('base64')}`).toBe(dist.integrity)
})

test('the storage server gives nothing without the signature', async () => {
  const edge = await fetch((await readDist()).tarball, { headers: authorization, redirect: 'manual' })
  const link = new URL(edge.headers.get('location') ?? '')
  link.search = ''
  expect((await fetch(link)).status).toBe(403)
})

test('a stranger gets no link', async () => {
  const answer = await fetch((await readDist()).tarball, { redirect: 'manual' })
  expect(answer.status).toBe(404)
  expect(answer.headers.get('location')).toBeNull()
})

test('HEAD is answered without a redirect', async () => {
  const answer = await fetch((await readDist()).tarball, { method: 'HEAD', headers: authorization, redirect: 'manual' })
  expect(answer.status).toBe(200)
  expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(70_000)
})
