import { createServer, type Server } from 'node:http'
import { AwsV4Signer } from 'aws4fetch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen, stopListening } from '../../../../src/node/local/listen.ts'
import { signatureGuard } from '../../../../src/node/service/signature-guard.ts'

const credentials = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'a-secret' }
let server: Server
let url: string

beforeAll(async () => {
  server = createServer(
    signatureGuard({ service: 'sqs', region: 'eu-west-1', credentials }, (request, response) => {
      response.end(JSON.stringify({ body: request.body.toString(), origin: request.headers.origin ?? null }))
    }),
  )
  url = `http://127.0.0.1:${await listen(server, 0)}/`
})
afterAll(() => stopListening(server))

type Init = Partial<ConstructorParameters<typeof AwsV4Signer>[0]>

async function signed(changes: Init = {}) {
  const init = { method: 'POST', url, body: 'hello', service: 'sqs', region: 'eu-west-1', ...credentials, ...changes }
  const { headers } = await new AwsV4Signer(init).sign()
  return { method: 'POST', headers, body: 'hello' }
}

const at = (time: number) => new Date(time).toISOString().replace(/[:-]|\.\d{3}/g, '')

async function refusal(init: RequestInit, target = url): Promise<readonly [number, string]> {
  const response = await fetch(target, init)
  const answer = JSON.parse(await response.text())
  return [response.status, answer.__type]
}

test('lets a signed request through, and its origin not', async () => {
  const init = await signed()
  init.headers.set('origin', 'https://evil.example')
  const response = await fetch(url, init)
  expect(await response.json()).toEqual({ body: 'hello', origin: null })
})

test('lets through what signs all of its headers, as the AWS SDK does', async () => {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'amz-sdk-request': 'attempt=1;  max=3' }
  expect((await fetch(url, await signed({ headers, allHeaders: true }))).status).toBe(200)
})

test.for<[string, Init]>([
  ['another secret', { secretAccessKey: 'another' }],
  ['another region', { region: 'eu-west-2' }],
  ['another service', { service: 'dynamodb' }],
  ['another path', { url: 'http://127.0.0.1/other' }],
  ['another method', { method: 'PUT' }],
  ['another body', { body: 'hallo' }],
  ['a time long ago', { datetime: at(Date.now() - 6 * 60_000) }],
  ['a time to come', { datetime: at(Date.now() + 6 * 60_000) }],
])('refuses a signature of %s', async ([, changes]) => {
  const refused = [403, 'com.amazon.coral.service#InvalidSignatureException']
  expect(await refusal(await signed(changes))).toEqual(refused)
})

test('refuses another key', async () => {
  const init = await signed({ accessKeyId: 'AKIDOTHER' })
  expect(await refusal(init)).toEqual([403, 'com.amazon.coral.service#UnrecognizedClientException'])
})

test('refuses a digest that is not that of the body', async () => {
  for (const digest of ['UNSIGNED-PAYLOAD', '0'.repeat(64)]) {
    const init = await signed({ headers: { 'x-amz-content-sha256': digest } })
    expect(await refusal(init)).toEqual([403, 'com.amazon.coral.service#InvalidSignatureException'])
  }
})

test.for<[string, RequestInit]>([
  ['nothing', {}],
  ['a password', { headers: { authorization: 'Basic YTpi' } }],
  ['half a signature', { headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x', 'x-amz-date': at(0) } }],
  ['nothing from a web page', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }],
])('refuses %s', async ([, init]) => {
  expect(await refusal(init)).toEqual([403, 'com.amazon.coral.service#MissingAuthenticationTokenException'])
})

test('refuses a link', async () => {
  const link = await new AwsV4Signer({
    method: 'GET',
    url,
    service: 'sqs',
    region: 'eu-west-1',
    signQuery: true,
    ...credentials,
  }).sign()
  expect((await refusal({}, link.url.href))[0]).toBe(403)
})

test('refuses a body of more than 16 MB', async () => {
  const body = 'x'.repeat(16 * 1024 * 1024 + 1)
  const init = { ...(await signed({ body })), body }
  expect((await refusal(init))[0]).toBe(413)
})
