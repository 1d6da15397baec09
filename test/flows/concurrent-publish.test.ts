import { afterAll, beforeAll, expect, test } from 'vitest'
import { publishRequest } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
}, 60_000)
afterAll(() => stack?.close())

test('of different bytes for one version at the same time, on different processes, just one wins', async () => {
  const ana = await stack.as('ana')
  const edges = [stack.edge(), stack.edge(), stack.edge()]
  const requests = Array.from({ length: 9 }, (_, index) => {
    const init = publishRequest('contested', '1.0.0', { files: { 'index.js': `module.exports = ${index}` } })
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ana.token}` }
    const request = new Request(`${stack.url}/contested`, { ...init, headers })
    return index % 3 === 0 ? fetch(request) : (edges[index % 3] ?? stack.edge()).fetch(request)
  })
  const statuses = (await Promise.all(requests)).map((response) => response.status).sort()
  expect(statuses.filter((status) => status === 201)).toHaveLength(1)
  expect(statuses.filter((status) => status === 403)).toHaveLength(8)
})

test('many versions of one package at the same time are all listed', async () => {
  const ana = await stack.as('ana')
  const versions = Array.from({ length: 12 }, (_, index) => `1.${index}.0`)
  const answers = await Promise.all(versions.map((version) => ana.publish('busy', version)))
  expect(answers.map((answer) => answer.status)).toEqual(versions.map(() => 201))
  const packument = await ana.json('/busy')
  expect(Object.keys(packument['versions']).sort()).toEqual([...versions].sort())
  expect(Object.keys(packument['time']).sort()).toEqual(['created', 'modified', ...versions].sort())
  const revisions = async () =>
    new Set((await stack.stored('snapshots/npm/busy/')).map((key) => key.split('/')[0])).size
  // They are tidied up after the answer
  await expect.poll(revisions, { timeout: 10_000 }).toBeLessThanOrEqual(2)
}, 30_000)

test('of two people who take a name at the same time, one owns it', async () => {
  const [ana, eve] = [await stack.as('ana'), await stack.as('eve')]
  const answers = await Promise.all([ana.publish('wanted', '1.0.0'), eve.publish('wanted', '2.0.0')])
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 403])
})
