import { parseConfig } from '../../src/config.ts'
import type { ClaimRef } from '../../src/model/ids.ts'
import { ScriptJudge } from '../../src/node/scripts/judge.ts'
import { createValidate } from '../../src/node/validator/validate.ts'
import { settle } from '../../src/registry/settle.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { defaultPolicy } from '../../src/validation/policy.ts'
import { formats, wireStores } from '../../src/wiring.ts'

/**
 * A validator to be killed, as a process: settles the claim in its argument, reads some bytes of the file and then gets
 * no more of it. Prints a line whenever it has noted how far it is.
 */
const stallsAfterBytes = 100_000

const platform: Platform = {
  ...webPlatform,
  async fetch(request) {
    const isNote = request.headers.get('x-amz-target')?.endsWith('.UpdateItem') === true
    const body = isNote ? await request.clone().text() : ''
    const response = await webPlatform.fetch(request)
    if (body.includes('checkpoint') && response.ok) console.log('noted')
    const isFile = request.method === 'GET' && new URL(request.url).pathname.endsWith('/file')
    return isFile && response.body !== null ? new Response(stalling(response.body), response) : response
  },
}

function stalling(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  let given = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        if (given >= stallsAfterBytes) return new Promise<void>(() => undefined)
        given += chunk.byteLength
        controller.enqueue(chunk)
        return undefined
      },
    }),
  )
}

const config = parseConfig(process.env)
const stores = wireStores(config, platform)
const pace = { resumableFromBytes: 1, progressMs: 20 }
const validate = createValidate({ stores, platform, scripts: new ScriptJudge(platform), policy: defaultPolicy, pace })
const ref: ClaimRef = JSON.parse(process.argv[2] ?? '')
await settle({ ...stores, formats, publicUrl: config.publicUrl, platform, maxAttempts: 10, validate }, ref)
