import { describe, expect, test } from 'vitest'
import { type AwsRequest, AwsService, StorageError } from '../../../src/storage/aws.ts'
import { readText } from '../../../src/storage/aws-failures.ts'
import { staticCredentials } from '../../../src/storage/credentials.ts'
import { keyPair, type ScriptedPlatform, scripted, throttled } from './scripted-platform.ts'

const ok = { status: 200, body: 'fine' } as const
const broken = { status: 500, body: 'oops' } as const

function send(platform: ScriptedPlatform, request: Partial<AwsRequest> = {}): Promise<string> {
  const service = new AwsService({
    service: 'dynamodb',
    region: 'eu-west-1',
    credentials: staticCredentials(keyPair),
    platform,
  })
  return service.send({ operation: 'Try', method: 'POST', body: '{}', idempotent: true, ...request }, (response) =>
    readText(response),
  )
}

async function failureOf(request: Promise<unknown>): Promise<StorageError> {
  const error = await request.catch((thrown: unknown) => thrown)
  if (!(error instanceof StorageError)) throw new Error(`not a StorageError: ${error}`)
  return error
}

describe('requests', () => {
  test('go to the region of AWS when there is no endpoint, signed for the service', async () => {
    const platform = scripted(ok)
    expect(await send(platform)).toBe('fine')
    const [request] = platform.requests
    expect(request?.url).toBe('https://dynamodb.eu-west-1.amazonaws.com/')
    expect(request?.headers.get('authorization')).toContain('AKIDEXAMPLE/20261123/eu-west-1/dynamodb/aws4_request')
  })

  test('carry the session token of a session', async () => {
    const platform = scripted(ok)
    const service = new AwsService({
      service: 'sqs',
      region: 'eu-west-1',
      endpoint: 'http://127.0.0.1:1/',
      credentials: staticCredentials({ ...keyPair, sessionToken: 'a-session' }),
      platform,
    })
    await service.send({ operation: 'Try', method: 'POST', idempotent: true }, () => undefined)
    expect(platform.requests[0]?.url).toBe('http://127.0.0.1:1/')
    expect(platform.requests[0]?.headers.get('x-amz-security-token')).toBe('a-session')
  })
})

test('of a copy nothing but reading is asked', async () => {
  const platform = scripted(ok)
  const copy = new AwsService({
    ...{ service: 'dynamodb', region: 'eu-west-1', credentials: staticCredentials(keyPair), platform },
    readOnly: true,
  })
  const ask = (operation: string) =>
    copy.send({ operation, method: 'POST', body: '{}', idempotent: true }, (response) => readText(response))
  expect(await failureOf(ask('PutItem'))).toMatchObject({ code: 'ReadOnlyRegion', retryable: false, uncertain: false })
  expect(await ask('GetItem')).toBe('fine')
  expect(platform.requests).toHaveLength(1)
})

describe('repetition', () => {
  test.for([
    ['a connection that fails', 'broken'],
    ['no answer in time', 'silent'],
    ['an answer that breaks off', 'cut'],
    ['status 500', broken],
    ['throttling', throttled],
    ['status 429', { status: 429 }],
  ] as const)('follows %s', async ([, step]) => {
    const platform = scripted(step, ok)
    expect(await send(platform)).toBe('fine')
    expect(platform.requests).toHaveLength(2)
  })

  test('is signed anew, with the credentials of the moment', async () => {
    const platform = scripted(broken, ok)
    const sessions = ['first', 'second']
    const credentials = async () => {
      platform.advance(1_000)
      return { ...keyPair, sessionToken: sessions.shift() ?? 'too many' }
    }
    const service = new AwsService({ service: 'sqs', region: 'eu-west-1', credentials, platform })
    await service.send({ operation: 'Try', method: 'POST', idempotent: true }, () => undefined)
    const signed = platform.requests.map(({ headers }) => [
      headers.get('x-amz-security-token'),
      headers.get('x-amz-date'),
    ])
    expect(signed).toEqual([
      ['first', '20261123T093001Z'],
      ['second', '20261123T093002Z'],
    ])
  })

  test('waits longer each time, and ends after four attempts', async () => {
    const platform = scripted(broken, broken, broken, broken)
    const error = await failureOf(send(platform))
    expect(error).toMatchObject({ code: 'Http500', status: 500, retryable: true, uncertain: true, operation: 'Try' })
    expect(platform.waits).toEqual([49, 99, 199])
  })

  test('never waits more than 2 s', async () => {
    const platform = scripted()
    const service = new AwsService({ service: 's3', region: 'x', credentials: staticCredentials(keyPair), platform })
    await service.backOff(30)
    expect(platform.waits).toEqual([1_999])
  })

  test('does not follow a refusal', async () => {
    const platform = scripted({ status: 400, body: { __type: 'x#ValidationException', message: 'no such attribute' } })
    const error = await failureOf(send(platform))
    expect(error).toMatchObject({ code: 'ValidationException', status: 400, retryable: false, uncertain: false })
    expect(error.message).toBe('dynamodb Try: ValidationException (400): no such attribute')
  })

  test('does not follow a redirect', async () => {
    const error = await failureOf(send(scripted({ status: 307, headers: { location: 'https://elsewhere.example/' } })))
    expect(error).toMatchObject({ code: 'Http307', retryable: false })
  })
})

describe('a request that must not be applied twice', () => {
  test.for(['broken', 'silent', 'cut', broken] as const)('is not repeated after %o', async (step) => {
    const platform = scripted(step)
    const error = await failureOf(send(platform, { idempotent: false }))
    expect(error).toMatchObject({ retryable: true, uncertain: true })
    expect(platform.requests).toHaveLength(1)
  })

  test('is repeated when it was throttled', async () => {
    const platform = scripted(throttled, ok)
    expect(await send(platform, { idempotent: false })).toBe('fine')
  })
})

describe('the caller', () => {
  test('ends a request by its signal, with its own reason', async () => {
    const controller = new AbortController()
    const platform = scripted('broken')
    const reason = new Error('enough')
    platform.randomBytes = (length) => {
      controller.abort(reason)
      return new Uint8Array(length)
    }
    const request = send(platform, { signal: AbortSignal.any([controller.signal]) })
    await expect(request).rejects.toBe(reason)
    expect(platform.requests).toHaveLength(1)
  })

  test('gets no secret and no signature in an error', async () => {
    const error = await failureOf(send(scripted('broken', 'broken', 'broken', 'broken')))
    const told = `${error.message} ${error.stack} ${JSON.stringify(error)}`
    expect(told).not.toContain(keyPair.secretAccessKey)
    expect(told).not.toContain('Signature=')
    expect(error.cause).toBeInstanceOf(TypeError)
  })

  test('learns of credentials that cannot be had', async () => {
    const platform = scripted()
    const credentials = () => Promise.reject(new Error('no role'))
    const service = new AwsService({ service: 's3', region: 'x', credentials, platform })
    await expect(service.send({ operation: 'Try', method: 'GET', idempotent: true }, () => 1)).rejects.toThrow(
      'no role',
    )
  })
})
