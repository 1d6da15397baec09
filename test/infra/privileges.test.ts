import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createApp } from '../../src/app.ts'
import type { FileName, PackageName, Username, Version } from '../../src/model/ids.ts'
import { measures } from '../../src/model/telemetry.ts'
import { startHealthServer } from '../../src/node/service/health-server.ts'
import { answering } from '../../src/node/service/questions.ts'
import { startValidator } from '../../src/node/validator/service.ts'
import { foldUsage } from '../../src/registry/fold-usage.ts'
import { Metrics } from '../../src/std/metrics.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { uploadSessionId } from '../../src/storage/keys.ts'
import { wire, wireStores } from '../../src/wiring.ts'
import { publishRequest } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { administration } from './support/administration.ts'
import { type Ask, packages, people } from './support/everyday.ts'
import { covers, type Statement, statementsIn, type Use } from './support/policies.ts'
import { Recorder } from './support/recording.ts'
import { type OneSecret, startSecret } from './support/secrets-manager.ts'
import { synthesise } from './support/synthesised.ts'

/** What may be used though a day as in `support/everyday.ts` does not come by it. */
const exceptions: Readonly<Record<string, string>> = {
  'validator dynamodb:Query deckle-packages/index/byFormat': 'the sweep of the search index lists packages by and by',
  'validator dynamodb:BatchGetItem deckle-packages': 'finishes a change that a dying edge left behind',
  'validator s3:ListMultipartUploadParts bucket/packages/*': 'goes on with a copy of a file of over 512 MiB',
  'validator s3:AbortMultipartUpload bucket/packages/*': 'gives up a copy of a file of over 512 MiB',
  'validator s3:DeleteObject bucket/snapshots/*': 'removes its snapshot when another change of the package came first',
}

type Component = 'edge' | 'validator' | 'front desk' | 'edge at a copy'
let stack: Stack
let secrets: OneSecret
const uses: Record<Component, readonly Use[]> = {
  edge: [],
  validator: [],
  'front desk': [],
  'edge at a copy': [],
}
let policies: Readonly<Record<Component, readonly Statement[]>>

beforeAll(async () => {
  const stacks = synthesise()
  // The home region has moved, so that what is there otherwise is the copy
  const moved = synthesise({ replicas: 'us-east-2', homeRegion: 'us-east-2' })
  policies = {
    edge: statementsIn(stacks['DeckleEdgeAccess'] ?? expect.unreachable(), /^Policy/),
    validator: statementsIn(stacks['DeckleValidator'] ?? expect.unreachable(), /TaskRole/),
    'front desk': statementsIn(stacks['DeckleFrontDesk'] ?? expect.unreachable(), /AppRole/),
    'edge at a copy': statementsIn(moved['DeckleEdgeAccess'] ?? expect.unreachable(), /^Reading/),
  }
  const keys = [{ id: 'one', key: 'b'.repeat(43), made: new Date().toISOString() }]
  secrets = await startSecret('first', JSON.stringify({ keys }), { 'deckle-secret-key': 'a'.repeat(64) })
  stack = await startStack({
    validator: false,
    workerd: false,
    settings: {
      DECKLE_REGISTRATION: 'open',
      DECKLE_SECRETS_ENDPOINT: secrets.url,
      DECKLE_SESSION_KEYS_SECRET: 'deckle-session-keys',
      DECKLE_SECRET_KEY_SECRET: 'deckle-secret-key',
    },
  })
  const { bucket, tablePrefix, queuePrefix, sqsEndpoint = '' } = stack.config.storage
  const recorder = () => new Recorder({ bucket, tablePrefix, queuePrefix })
  const [edge, validator, copy] = [recorder(), recorder(), recorder()]
  const queue = await validator.inFrontOf(sqsEndpoint)
  const config = { ...stack.config, storage: { ...stack.config.storage, sqsEndpoint: queue.url } }
  // Published while no validator runs, so that the first one's sweeper has to send the job again
  const impatient = stack.edge(webPlatform, { DECKLE_PUBLISH_WAIT_MS: '0' })
  const { token } = await stack.as('early')
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  await impatient.fetch(new Request(`${stack.url}/early`, { ...publishRequest('early', '1.0.0'), headers }))
  await leaveUpload()
  const running = await startValidator(config, unlucky(validator.platform))
  const others = answering(running.questions, config)
  const door = await startHealthServer({ port: 0, host: '127.0.0.1', metrics: new Metrics(measures), others })
  const reads = await runADay(edge, `http://127.0.0.1:${door.port}`)
  await door.close()
  await readAgain(copy, reads)
  await running.stop()
  await foldUsage({ ...wireStores(config, validator.platform), platform: validator.platform })
  queue.close()
  uses.edge = edge.uses
  // The same app; writing its log is the runtime's
  uses['front desk'] = [...edge.uses, ...logUses(policies['front desk'])]
  uses.validator = validator.uses
  uses['edge at a copy'] = copy.uses
}, 180_000)
afterAll(async () => {
  await stack?.close()
  await secrets?.close()
})

/** A session that has ended, and that nobody has come back to. */
async function leaveUpload(): Promise<void> {
  const { uploads, directUploads } = stack.stores
  const id = uploadSessionId('early' as Username, 'x'.repeat(22))
  const yesterday = new Date(Date.now() - 86_400_000).toISOString()
  await uploads.open({
    id,
    owner: 'early' as Username,
    format: 'generic',
    name: 'left' as PackageName,
    version: '1.0.0' as Version,
    filename: 'left.bin' as FileName,
    sizeBytes: 17_000_000,
    partBytes: 16_777_216,
    multipart: await directUploads.begin(id),
    createdAt: yesterday,
    expiresAt: yesterday,
  })
}

/**
 * A minute and a half ahead, so that everything unfinished is due, and with some answers lost: to the first copy, which
 * is then looked for, and to as many reads of staged bytes as make a job fail
 * and come back.
 */
function unlucky(platform: Platform): Platform {
  const losses = { copies: 1, reads: 12 }
  return {
    ...platform,
    now: () => platform.now() + 90_000,
    fetch: async (request) => {
      const answer = await platform.fetch(request)
      const kind = request.headers.has('x-amz-copy-source') ? 'copies' : 'reads'
      const counts =
        kind === 'copies' || (request.method === 'GET' && /\/(?:staging|uploads)\/.*\/file$/.test(request.url))
      if (!counts || losses[kind] === 0) return answer
      losses[kind] -= 1
      await answer.body?.cancel()
      throw new TypeError('the answer is lost')
    },
  }
}

/** @returns all requests of the day that only read */
async function runADay(recorder: Recorder, validatorUrl: string): Promise<readonly Request[]> {
  const edge = stack.edge(recorder.platform, { DECKLE_VALIDATOR_URL: validatorUrl })
  const reads: Request[] = []
  const ask: Ask = (path, init = {}, token) => {
    const headers = new Headers(init.headers)
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    headers.set('cf-connecting-ip', '192.0.2.1')
    const request = new Request(`${stack.url}${path}`, { ...init, headers })
    if (request.method === 'GET') reads.push(request.clone())
    return edge.fetch(request)
  }
  const untilRemoved = (name: string) =>
    vi.waitFor(async () => expect(await stack.stored(`packages/${name}/`)).toEqual([]), 30_000)
  const everyday = { ask, edge, recorder, untilRemoved }
  await packages(everyday, await people(everyday))
  await wire(stack.config, recorder.platform).sweep()
  await ask('/large/-/large-1.0.0.tgz') // left to the validator to be counted
  await administration({ ask, admin: (await stack.as('admin')).token ?? '' })
  await edge.settled()
  return reads
}

/** The day's reading once more, of what is a copy now: by what was left of the day, and by whatever has gone. */
async function readAgain(recorder: Recorder, reads: readonly Request[]): Promise<void> {
  const storage = { ...stack.config.storage, isReplica: true }
  const registry = wire({ ...stack.config, storage }, recorder.platform)
  expect(await registry.isStorageAnswering()).toBe(true)
  const app = createApp(registry)
  const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} }
  for (const request of reads) {
    const link = (await app.fetch(request, {}, context)).headers.get('location')
    if (link?.startsWith(storage.s3Endpoint ?? '-')) await recorder.followLink(link)
  }
}

/** The same for reading: without region, account and the names of single objects. */
const told = ({ action, resource }: Use) =>
  `${action} ${resource.replace(/^arn:aws:(dynamodb:[^/]*\/|sqs:.*:|s3:::)/, '').replace(/^deckle-1{12}-[^/]*/, 'bucket')}`

function logUses(statements: readonly Statement[]): readonly Use[] {
  return statements.flatMap(({ actions, resources: [resource = ''] }) =>
    actions.filter((action) => action.startsWith('logs:')).map((action) => ({ action, resource })),
  )
}

describe.each(['edge', 'validator', 'front desk', 'edge at a copy'] as const)('the %s', (component) => {
  test('may do all that it does', () => {
    const allowed = policies[component].filter(({ effect }) => effect === 'Allow')
    const missing = onKey(uses[component]).filter((use) => !allowed.some((statement) => covers(statement, use)))
    expect([...new Set(missing.map(told))]).toEqual([])
  })

  test('does all that it may do', () => {
    const granted = policies[component].flatMap(({ actions, resources }) =>
      actions.flatMap((action) =>
        resources.map((resource) => ({ effect: 'Allow', actions: [action], resources: [resource] })),
      ),
    )
    const idle = granted.filter((statement) => !onKey(uses[component]).some((use) => covers(statement, use)))
    const names = idle.map(({ actions, resources }) => told({ action: actions[0] ?? '', resource: resources[0] ?? '' }))
    expect(names.filter((name) => exceptions[`${component} ${name}`] === undefined)).toEqual([])
  })

  /** ARNs of keys and secrets are outputs of the storage stack: here, whatever the policy calls them. */
  function onKey(all: readonly Use[]): readonly Use[] {
    const resourceOf = (isIt: (statement: Statement) => boolean) => policies[component].find(isIt)?.resources[0] ?? ''
    const names: Readonly<Record<string, string>> = {
      'key of the bucket': resourceOf(({ resources }) => /BucketKey/.test(resources.join())),
      'key of the secrets': resourceOf(({ resources }) => /TableKey/.test(resources.join())),
      'deckle-session-keys': resourceOf(({ resources }) => /SessionKeys/.test(resources.join())),
      'deckle-secret-key': resourceOf(({ resources }) => /SecretKey/.test(resources.join())),
    }
    return all.map((use) => ({ ...use, resource: names[use.resource] ?? use.resource }))
  }
})

const bucket = 'arn:aws:s3:::deckle-111111111111-eu-central-1'
const table = (name: string) => `arn:aws:dynamodb:eu-central-1:111111111111:table/deckle-${name}`

test.each([
  ['edge', 's3:PutObject', `${bucket}/packages/npm/left-pad/1.0.0/left-pad-1.0.0.tgz`],
  ['edge', 's3:DeleteObject', `${bucket}/packages/npm/left-pad/1.0.0/left-pad-1.0.0.tgz`],
  ['edge', 's3:PutObject', `${bucket}/manifests/npm/left-pad/1.0.0/x.json`],
  ['edge', 's3:DeleteObjectVersion', `${bucket}/packages/npm/left-pad/1.0.0/left-pad-1.0.0.tgz`],
  ['edge', 's3:PutBucketPolicy', bucket],
  ['edge', 'sqs:ReceiveMessage', 'arn:aws:sqs:eu-central-1:111111111111:deckle-jobs'],
  ['edge', 'dynamodb:Scan', table('users')],
  ['edge', 'dynamodb:DeleteTable', table('users')],
  ['edge', 'dynamodb:UpdateItem', table('audit')],
  ['edge', 'dynamodb:DeleteItem', table('audit')],
  ['edge', 'dynamodb:BatchWriteItem', table('audit')],
  ['front desk', 's3:PutObject', `${bucket}/packages/npm/left-pad/1.0.0/left-pad-1.0.0.tgz`],
  ['front desk', 'dynamodb:DeleteItem', table('audit')],
  ['edge at a copy', 'dynamodb:PutItem', table('packages')],
  ['edge at a copy', 'dynamodb:UpdateItem', table('tokens')],
  ['edge at a copy', 's3:PutObject', `${bucket}/staging/x/file`],
  ['edge at a copy', 'sqs:SendMessage', 'arn:aws:sqs:eu-central-1:111111111111:deckle-jobs'],
  ['edge', 's3:DeleteObject', `${bucket}/scripts/npm/left-pad/x.js`],
  ['validator', 's3:PutObject', `${bucket}/scripts/npm/left-pad/x.js`],
  ['validator', 'dynamodb:DeleteItem', table('audit')],
  ['validator', 'dynamodb:GetItem', table('users')],
  ['validator', 'dynamodb:Query', table('tokens')],
  ['validator', 'dynamodb:PutItem', table('audit')],
  ['validator', 'secretsmanager:GetSecretValue', 'deckle-session-keys'],
  ['validator', 's3:PutObject', `${bucket}/staging/x/file`],
  ['validator', 's3:DeleteObject', `${bucket}/manifests/npm/left-pad/1.0.0/x.json`],
] as const)('the %s may not: %s on %s', (component, action, resource) => {
  expect(policies[component].filter((statement) => covers(statement, { action, resource }))).toEqual([])
})
