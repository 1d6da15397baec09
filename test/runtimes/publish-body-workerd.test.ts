import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readWorkerSettings } from '../../src/node/local/worker-settings.ts'
import {
  attachment,
  base64,
  bodyBytes,
  jsonSpellings,
  Members,
  type PublishClient,
  publishBody,
  publishClients,
} from '../builders/publish-body.ts'

/** The splitter behind HTTP: what it says about a body, or why it refused it. */
const workerSource = `
import { createHash } from 'node:crypto'
import { splitPublishBody } from './src/npm/publish-body.ts'

const limits = { bodyBytes: 20_000_000, metadataBytes: 100_000, values: 1_000, depth: 16, attachmentBytes: 15_000_000 }
export default {
  async fetch(request) {
    const hash = createHash('sha512')
    try {
      const { metadata, attachment } = await splitPublishBody(request.body, limits, () => ({
        write: (bytes) => void hash.update(bytes),
      }))
      return Response.json({ metadata, attachment, sha512: hash.digest('hex') })
    } catch (error) {
      return Response.json({ code: error.code, message: error.message })
    }
  },
}`
const root = fileURLToPath(new URL('../..', import.meta.url))
const tarball = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i * 31) & 0xff)
const sha512 = createHash('sha512').update(tarball).digest('hex')
const options = {
  name: '@acme/lib',
  version: '2.0.0',
  tarball,
  order: 'npm',
  readme: '# Lib 😀\n'.repeat(1_000),
} as const

let workerd: Miniflare
let address: URL

beforeAll(async () => {
  const bundle = await build({
    stdin: { contents: workerSource, resolveDir: root, loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    external: ['node:*'],
  })
  const script = bundle.outputFiles[0]?.text ?? ''
  const { compatibilityDate, compatibilityFlags } = readWorkerSettings(root)
  workerd = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      modules: true,
      script,
      compatibilityDate,
      compatibilityFlags: [...compatibilityFlags],
    }),
  )
  address = await workerd.ready
})

afterAll(() => workerd.dispose())

async function send(body: Uint8Array<ArrayBuffer>): Promise<unknown> {
  return (await fetch(address, { method: 'PUT', body })).json()
}

describe('in workerd', () => {
  test.each(Object.keys(publishClients) as PublishClient[])('the body of %s is split', async (order) => {
    const body = publishBody({ ...options, order })
    const metadata = JSON.parse(new TextDecoder().decode(body))
    metadata._attachments['@acme/lib-2.0.0.tgz'].data = ''
    const name = '@acme/lib-2.0.0.tgz'
    expect(await send(body)).toEqual({ metadata, attachment: { name, decodedBytes: tarball.length }, sha512 })
  })

  test.each(Object.entries(jsonSpellings))('base64 is decoded in every spelling: %s', async (_, spell) => {
    const one = attachment('a/b', spell(base64(tarball)), tarball.length)
    const body = bodyBytes(new Members([['_attachments', new Members([['a.tgz', one]])]]))
    expect(await send(body)).toMatchObject({ sha512 })
  })

  test('every character that is not of base64 is refused', async () => {
    const data = (character: string) => {
      const text = `${'A'.repeat(17)}${character}${'A'.repeat(14)}`
      return bodyBytes({ _attachments: { 'a.tgz': { data: text } } })
    }
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code)
      if (/[A-Za-z0-9+/\s]/.test(character)) continue
      const problem = character === '=' ? 'a "=" that pads no last group' : 'a character outside its alphabet'
      const message = expect.stringMatching(`${problem}.* at character 17 of it`)
      expect(await send(data(character)), JSON.stringify(character)).toEqual({ code: 'body_invalid', message })
    }
  })

  test.each([
    ['{"a":1', 'it ends too early, after 6 bytes'],
    ['{"a":"é\\x"}', 'it has a wrong escape in a string at byte 9'],
    ['{"name":1,"\\u006eame":1}', 'it has the key "name" twice'],
    ['{"_attachments":{"a.tgz":{"data":"AB=="}}}', 'bits that belong to no byte at character 1'],
  ])('%j is refused', async (body, problem) => {
    const message = expect.stringContaining(problem)
    expect(await send(new TextEncoder().encode(body))).toEqual({ code: 'body_invalid', message })
  })

  test('text that is not UTF-8 is refused', async () => {
    const body = new Uint8Array([...Buffer.from('{"a":"'), 0xc0, 0xaf, ...Buffer.from('"}')])
    const message = expect.stringContaining('it is not UTF-8')
    expect(await send(body)).toEqual({ code: 'body_invalid', message })
  })

  test('a body over the limit is refused', async () => {
    const body = publishBody({ ...options, tarball: new Uint8Array(15_000_001) })
    expect(await send(body)).toMatchObject({ code: 'body_too_large' })
  })
})
