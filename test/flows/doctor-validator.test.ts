import type { RequestListener } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config.ts'
import { measures } from '../../src/model/telemetry.ts'
import { gateCheck } from '../../src/node/doctor/checks/gate.ts'
import { workCheck } from '../../src/node/doctor/checks/work.ts'
import { Exam, type ExamOptions } from '../../src/node/doctor/exam.ts'
import { ScriptJudge } from '../../src/node/scripts/judge.ts'
import { type HealthServer, startHealthServer } from '../../src/node/service/health-server.ts'
import { answering, type Questions } from '../../src/node/service/questions.ts'
import { createGate } from '../../src/node/validator/gate.ts'
import { startValidator, type Validator } from '../../src/node/validator/service.ts'
import { Metrics } from '../../src/std/metrics.ts'
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

describe('the gate', () => {
  /** What answers at the address of the validators. */
  let others: RequestListener | undefined
  let server: HealthServer

  beforeAll(async () => {
    const handle: RequestListener = (request, response) => others?.(request, response)
    server = await startHealthServer({ port: 0, host: '127.0.0.1', metrics: new Metrics(measures), others: handle })
  })
  afterAll(() => server.close())

  const gateOf = (judge = new ScriptJudge(webPlatform)) => createGate(stack.stores.checkScripts, judge)
  const questionsBy = (questions: Questions) => answering(questions, stack.config)
  const noTime = new ScriptJudge(webPlatform, { timeMs: 0, memoryBytes: 64e6 })
  const says = (status: number, body: string): RequestListener => {
    return (_, response) => void response.writeHead(status).end(body)
  }

  const look = async (
    settings: Readonly<Record<string, string | undefined>>,
    { platform = webPlatform, ...options }: Partial<ExamOptions> = {},
  ) => {
    const url = { DECKLE_VALIDATOR_URL: `http://127.0.0.1:${server.port}` }
    const config = parseConfig({ ...stack.settings, ...url, ...settings })
    const { verdict, message, remedy } = await gateCheck(new Exam({ config, waitMs: 0, platform, ...options })).run(
      never,
    )
    return `${verdict}\n${message}\n${remedy ?? ''}`
  }

  test('runs a script when it is asked as the edge asks', async () => {
    others = questionsBy(gateOf())
    expect(await look({})).toMatch(/^ok\nA validator at 127\.0\.0\.1:\d+ runs check scripts\./)
  })

  test('that nobody needs, or nobody is at, says so', async () => {
    expect(await look({ DECKLE_VALIDATOR_URL: undefined })).toMatch(/^skipped\nDECKLE_VALIDATOR_URL is not set/)
    expect(await look({ DECKLE_VALIDATOR_URL: 'http://127.0.0.1:9' })).toMatch(
      /^problem\nNo validator.*\nStart one, or/,
    )
  })

  test('that does not take the signature says what to look at: the key, or a clock', async () => {
    others = questionsBy(gateOf())
    const key = { AWS_ACCESS_KEY_ID: 'AKIANOBODY', AWS_SECRET_ACCESS_KEY: 'another-secret-of-somebody' }
    expect(await look(key)).toMatch(
      /^problem\n.*UnrecognizedClientException \(403\).*\nGive edge and validators the same/,
    )
    const platform = { ...webPlatform, now: () => Date.now() + 3_600_000 }
    expect(await look({}, { platform })).toMatch(/^problem\n.*InvalidSignatureException \(403\).*clocks by NTP/s)
  })

  test.each<[string, () => RequestListener | undefined, RegExp]>([
    [
      'runs out of time',
      () => questionsBy(gateOf(noTime)),
      /^problem\n.*cannot run a script that is right: it took lo/,
    ],
    [
      'answers no questions',
      () => says(404, '{"error":"not found"}'),
      /^problem\n.*Http404.*\nCorrect DECKLE_VALIDATOR/,
    ],
    [
      'is somebody else',
      () => says(200, '<title>Welcome</title>'),
      /^problem\n.*BadAnswer.*\nCorrect DECKLE_VALIDATOR/,
    ],
    ['is busy', () => says(503, '{"error":"busy"}'), /^problem\n.*503.*\nRun more validators/],
    ['lets only the edge ask', () => says(403, '{"message":"not authorized"}'), /^skipped\n.*execute-api:Invoke/],
  ])('that %s says so', async (_, listener, expected) => {
    others = listener()
    expect(await look({})).toMatch(expected)
  })

  test('that the edge may not ask is a problem', async () => {
    others = says(403, '{"message":"not authorized"}')
    expect(await look({}, { role: 'edge' })).toMatch(/^problem\n.*Http403.*\nDeploy the edge-access stack/)
  })
})
