import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { workCheck } from '../../src/node/doctor/checks/work.ts'
import { startValidator, type Validator } from '../../src/node/validator/service.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { type Examined, type ExamineOptions, examineStack } from '../support/doctor.ts'
import { type Stack, startStack } from '../support/stack.ts'

/** What the doctor says when no validator runs, and what becomes of its probe when one comes back. */

let stack: Stack
let token: string
let validator: Validator | undefined

beforeAll(async () => {
  stack = await startStack({ validator: false, settings: { DECKLE_PUBLISH_WAIT_MS: '0' } })
  token = (await stack.as('ana')).token ?? ''
}, 60_000)
afterEach(async () => {
  await validator?.stop()
  validator = undefined
})
afterAll(() => stack?.close())

const examine = (options: ExamineOptions = {}): Promise<Examined> => examineStack(stack, { token, ...options })

test('no verdict is a problem that says so, and so is what the probe leaves; a later run removes it', async () => {
  const without = await examine({ waitMs: 1_500 })
  expect(without.verdicts('problem')).toEqual(['verdict'])
  expect(without.found['verdict']).toContain('No validator has judged the probe within 2 s.')
  expect(without.found['download']).toMatch(/^skipped/)
  expect(without.found['probe-removed']).toMatch(/^warning\n.*still waits for its verdict/)

  validator = await startValidator(stack.config)
  const ana = await stack.as('ana')
  await expect.poll(async () => (await ana.fetch('/@ana%2fdeckle-doctor')).status, { timeout: 20_000 }).toBe(200)
  const { found, verdicts } = await examine()
  expect([...verdicts('problem'), ...verdicts('warning')]).toEqual([])
  expect(found['publish']).toMatch(/^ok/)
  expect((await ana.fetch('/@ana%2fdeckle-doctor?write=true')).status).toBe(404)
  await expect.poll(() => stack.stored('packages/'), { timeout: 20_000 }).toEqual([])
})

test('waiting for a verdict can be interrupted', async () => {
  const interruption = new AbortController()
  const platform = {
    ...webPlatform,
    sleep: (milliseconds: number, signal?: AbortSignal) => {
      // The wait between two looks at the report
      if (milliseconds === 500) interruption.abort()
      return webPlatform.sleep(milliseconds, signal)
    },
  }
  const { found } = await examine({ platform, interrupted: interruption.signal })
  expect(found['verdict']).toMatch(/^problem\nInterrupted\./)
  expect(found['probe-removed']).toMatch(/^warning\n.*still waits for its verdict/)
})

test.each([
  [0, 'ok', 'All that waits is being worked on.'],
  [100, 'ok', 'ago.'],
  [200, 'warning', 'Start a validator'],
  [600, 'problem', 'No validator runs.'],
])('a version that waits is seen without a token: after %i s it is %s', async (seconds, verdict, text) => {
  const ana = await stack.as('ana')
  expect((await ana.publish(`waits-${seconds}`, '1.0.0')).status).toBe(202)
  const platform = { ...webPlatform, now: () => Date.now() + seconds * 1_000 }
  // Not by way of all checks: with this clock, no request that is signed now would be taken
  const { message, remedy = '', ...found } = await workCheck({ stores: stack.stores, platform }).run(never)
  expect(found.verdict).toBe(verdict)
  expect(`${message} ${remedy}`).toContain(text)
})

const never = new AbortController().signal
