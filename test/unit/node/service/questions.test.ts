import { createServer, type RequestListener } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { parseConfig } from '../../../../src/config.ts'
import { answering } from '../../../../src/node/service/questions.ts'

const base = { DECKLE_PUBLIC_URL: 'https://registry.example.com' }
const questions = {
  '/double': async (question: unknown) => ({ status: 200, body: { twice: 2 * z.number().parse(question) } }),
  '/fail': () => Promise.reject(new Error('inner detail')),
}
let close = () => undefined as unknown
afterEach(() => close())

async function serve(listener: RequestListener | undefined) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close = () => server.close()
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return async (path: string, body: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body })
    return [answer.status, await answer.text()]
  }
}

test('in a container, where the network says who asks, questions are answered as they come', async () => {
  const config = parseConfig({ ...base, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials' })
  const ask = await serve(answering(questions, config))
  expect(await ask('/double', '21')).toEqual([200, '{"twice":42}'])
  expect(await ask('/double', '"21"')).toEqual([400, '{"error":"not understood"}'])
  expect(await ask('/double', '{')).toEqual([400, '{"error":"not understood"}'])
  expect(await ask('/double', ' '.repeat(1_100_000))).toEqual([413, '{"error":"too large"}'])
  expect(await ask('/constructor', '1')).toEqual([404, '{"error":"not found"}'])
  expect(await ask('/fail', '1')).toEqual([503, '{"error":"not now"}'])
})

test('with a key pair, they have to be signed', async () => {
  const config = parseConfig({ ...base, AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' })
  const [status] = await (await serve(answering(questions, config)))('/double', '21')
  expect(status).toBe(403)
})

test('where neither can be known, none is answered', () => {
  const role = 'arn:aws:iam::111111111111:role/edge'
  const key = { kty: 'RSA', kid: 'a', n: 'n', e: 'e', d: 'd', p: 'p', q: 'q', dp: 'p', dq: 'q', qi: 'i' }
  const config = parseConfig({ ...base, DECKLE_AWS_ROLE: role, DECKLE_IDENTITY_KEYS: JSON.stringify([key]) })
  expect(answering(questions, config)).toBeUndefined()
})
