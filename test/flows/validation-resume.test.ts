import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ClaimRef, FileName, PackageName, Version } from '../../src/model/ids.ts'
import type { Checkpoint, VersionRecord } from '../../src/model/records.ts'
import { ScriptJudge } from '../../src/node/scripts/judge.ts'
import { createValidate } from '../../src/node/validator/validate.ts'
import { settle } from '../../src/registry/settle.ts'
import { digestHex } from '../../src/std/digest.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { stagedFileKey } from '../../src/storage/keys.ts'
import { defaultPolicy } from '../../src/validation/policy.ts'
import { createResumableDigester } from '../../src/validation/resumable-digester.ts'
import { formats, wireStores } from '../../src/wiring.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { Uploader } from '../support/uploader.ts'

/** A validator that dies while it digests a file: the next one goes on where it was. */
let stack: Stack
let sender: Uploader
const children: ChildProcess[] = []

beforeAll(async () => {
  stack = await startStack({ validator: false, workerd: false, settings: { DECKLE_PUBLISH_WAIT_MS: '0' } })
  const edge = stack.edge()
  const { token } = await stack.as('ana')
  sender = new Uploader({
    fetch: (path, init = {}) =>
      edge.fetch(
        new Request(`${stack.url}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }),
      ),
  })
}, 60_000)
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await stack?.close()
})

const content = randomBytes(400_000)
const sha256 = digestHex('sha256', content)
const entry = new URL('../support/stalling-validator.ts', import.meta.url).pathname

async function sendFile(name: string): Promise<ClaimRef> {
  const sent = { package: name, version: '1.0.0', filename: 'weights.bin', content, more: { sha256 } }
  expect((await sender.publish(sent)).status).toBe(202)
  return {
    format: 'generic',
    name: name as PackageName,
    version: '1.0.0' as Version,
    filename: 'weights.bin' as FileName,
  }
}

async function read(ref: ClaimRef): Promise<VersionRecord> {
  const record = await stack.stores.versions.get(ref)
  if (record === undefined) throw new Error(`no claim of ${ref.name}`)
  return record
}

/** What a healthy validator does. @returns the ranges of the file that it asked for; undefined: all of it */
async function settleNow(ref: ClaimRef, maxAttempts = 10): Promise<readonly (string | undefined)[]> {
  const ranges: (string | undefined)[] = []
  const platform: Platform = {
    ...webPlatform,
    fetch: (request) => {
      const isFile = request.method === 'GET' && new URL(request.url).pathname.endsWith('/file')
      if (isFile) ranges.push(request.headers.get('range') ?? undefined)
      return webPlatform.fetch(request)
    },
  }
  const stores = wireStores(stack.config, platform)
  const pace = { resumableFromBytes: 1, progressMs: 60_000 }
  const validate = createValidate({ stores, platform, scripts: new ScriptJudge(platform), policy: defaultPolicy, pace })
  await settle({ ...stores, formats, publicUrl: stack.config.publicUrl, platform, maxAttempts, validate }, ref)
  return ranges
}

async function expectPublished(ref: ClaimRef): Promise<void> {
  const record = await read(ref)
  expect([record.status, record.file.sha256, record.file.sha512, record.checkpoint]).toEqual([
    'published',
    sha256,
    digestHex('sha512', content),
    undefined,
  ])
}

test('the validator is killed in the middle of a file, and the next one reads only the rest', async () => {
  const ref = await sendFile('killed')
  const child = spawn(process.execPath, [entry, JSON.stringify(ref)], {
    env: { ...process.env, ...stack.settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const { checkpoint, attempts } = await read(ref)
  expect([checkpoint?.bytes, attempts]).toEqual([expect.any(Number), 1])
  expect(checkpoint?.bytes).toBeGreaterThan(0)
  expect(checkpoint?.bytes).toBeLessThan(content.length)
  expect(await settleNow(ref)).toEqual([`bytes=${checkpoint?.bytes}-`])
  await expectPublished(ref)
}, 30_000)

/** An attempt that has digested so many bytes when it dies. */
async function dieAt(ref: ClaimRef, bytes: number): Promise<void> {
  const begun = await begin(ref)
  const digester = await createResumableDigester()
  digester.update(content.subarray(0, bytes))
  const standing = await stack.stores.s3.head(stagedFileKey(begun.uploadId))
  await stack.stores.versions.heartbeat(begun, { checkpoint: { ...digester.save(), etag: standing?.etag ?? '' } })
}

async function begin(ref: ClaimRef): Promise<VersionRecord> {
  const begun = await stack.stores.versions.beginAttempt(await read(ref))
  if (begun === 'moved') throw new Error('nobody else is there')
  return begun
}

test('attempts that each came further do not end a validation that others go on with', async () => {
  const ref = await sendFile('further')
  for (const bytes of [100_000, 200_000, 300_000]) await dieAt(ref, bytes)
  expect(await settleNow(ref, 2)).toEqual(['bytes=300000-'])
  await expectPublished(ref)
  expect(await read(ref)).not.toHaveProperty('furtherAttempt')
})

test.each([
  ['that come no further', [100_000, 100_000, 50_000]],
  ['of any kind, ten times as many', Array.from({ length: 20 }, (_, index) => index * 1_000 + 1_000)],
])('attempts %s end it', async (_, places) => {
  const ref = await sendFile(`ended-${places.length}`)
  for (const bytes of places) await dieAt(ref, bytes)
  expect(await settleNow(ref, 2)).toEqual([])
  const message = `Validation was begun ${places.length} times and never came to an end.`
  expect(await read(ref)).toMatchObject({ status: 'failed', reasons: [{ code: 'validation_gave_up', message }] })
})

/** A claim whose first attempt noted the digests of other bytes. */
async function sendMisnoted(name: string, change: Partial<Checkpoint> = {}): Promise<ClaimRef> {
  const digester = await createResumableDigester()
  digester.update(randomBytes(1_000))
  const ref = await sendFile(name)
  const begun = await begin(ref)
  const standing = await stack.stores.s3.head(stagedFileKey(begun.uploadId))
  const checkpoint = { ...digester.save(), etag: standing?.etag ?? '', ...change }
  await stack.stores.versions.heartbeat(begun, { checkpoint })
  return ref
}

test.each([
  ['damaged', { states: { sha256: 'AAAA' } }],
  ['replaced', { etag: '"another"' }],
])('what was noted is %s: all is read again, and it is said', async (name, change) => {
  const ref = await sendMisnoted(name, change)
  const logged = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  expect((await settleNow(ref)).at(-1)).toBe(undefined)
  expect(logged.mock.calls.flat().join()).toContain('checkpoint_unusable')
  logged.mockRestore()
  await expectPublished(ref)
})

test('digests that were gone on with are compared with what the sender said, like all others', async () => {
  const ref = await sendMisnoted('wrong')
  expect(await settleNow(ref)).toEqual(['bytes=1000-'])
  expect(await read(ref)).toMatchObject({ status: 'rejected', reasons: [{ code: 'digest_differs' }] })
})

test('an attempt that is not the last one notes nothing any more', async () => {
  const ref = await sendFile('late')
  const late = await begin(ref)
  const current = await stack.stores.versions.beginAttempt(late)
  await stack.stores.versions.heartbeat(late, { checkedBytes: 1 })
  expect(await read(ref)).toEqual(current)
  await settleNow(ref)
  await stack.stores.versions.heartbeat({ ...late, attempts: 3 }, { checkedBytes: 1 })
  expect((await read(ref)).checkedBytes).toBe(undefined)
})
