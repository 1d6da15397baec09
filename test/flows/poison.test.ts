import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PackageName, Version, VersionRef } from '../../src/model/ids.ts'
import { settle } from '../../src/registry/settle.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { parseJob } from '../../src/storage/jobs.ts'
import { queues } from '../../src/storage/tables.ts'
import { formats } from '../../src/wiring.ts'
import { publishRequest } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ validator: false, workerd: false, settings: { DECKLE_PUBLISH_WAIT_MS: '0' } })
}, 60_000)
afterAll(() => stack?.close())

const ref: VersionRef = { format: 'npm', name: 'poison' as PackageName, version: '1.0.0' as Version }

test('while the verdict is not there, a publish is answered with 202 and a notice, and its report says pending', async () => {
  const ana = await stack.as('ana')
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${ana.token}` }
  const edge = stack.edge()
  const answer = await edge.fetch(new Request(`${stack.url}/poison`, { ...publishRequest('poison', '1.0.0'), headers }))
  expect(answer.status).toBe(202)
  expect(answer.headers.get('npm-notice')).toContain('accepted for validation')
  const { report, ...body } = (await answer.json()) as { report: string }
  expect(body).toEqual({ ok: true, id: 'poison@1.0.0' })
  const pending = await edge.fetch(new Request(report, { headers: { authorization: headers.authorization } }))
  expect(pending.status).toBe(202)
  expect(await pending.json()).toMatchObject({ verdict: 'pending', status: 'pending' })
  await edge.settled()
})

test('a version whose validation never comes to an end fails with a reason, and its number is free', async () => {
  const deps = { ...stack.stores, formats, publicUrl: stack.url, platform: webPlatform, maxAttempts: 3 }
  const validate = async () => {
    throw new Error('the process dies here')
  }
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await expect(settle({ ...deps, validate }, ref)).rejects.toThrow('dies here')
  }
  expect(await settle({ ...deps, validate }, ref)).toBe('settled')
  expect(await stack.stores.versions.get(ref)).toMatchObject({
    status: 'failed',
    reasons: [{ code: 'validation_gave_up' }],
  })
  expect(await stack.stores.versions.due('9999', 10)).toEqual([])
  const ana = await stack.as('ana')
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${ana.token}` }
  const again = new Request(`${stack.url}/poison`, { ...publishRequest('poison', '1.0.0'), headers })
  expect((await stack.edge().fetch(again)).status).toBe(202)
})

test('a message that is no job ends in the dead-letter queue', async () => {
  await stack.stores.sqs.send('jobs', 'nonsense')
  expect(() => parseJob('nonsense')).toThrow()
  let dead: readonly { body: string }[] = []
  for (let receive = 0; receive <= queues.jobs.maxReceives * 4 && dead.length === 0; receive += 1) {
    const messages = await stack.stores.sqs.receive('jobs', { max: 10, waitS: 0, visibilityTimeoutS: 0 })
    for (const message of messages) {
      if (message.body !== 'nonsense') await stack.stores.sqs.remove('jobs', message.receiptHandle)
    }
    dead = await stack.stores.sqs.receive('deadLetters', { max: 10, waitS: 0 })
  }
  expect(dead.map((message) => message.body)).toEqual(['nonsense'])
})
