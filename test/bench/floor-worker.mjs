/**
 * The floor: as little as a download decision can be in workerd. Verifies a bearer token (its SHA-256 is known) and
 * signs a link with aws4fetch, each time. No routes, no rules, no records.
 */
import { AwsV4Signer } from 'aws4fetch'

const signingKeys = new Map()

// biome-ignore lint/style/noDefaultExport: what workerd calls
export default {
  async fetch(request, env) {
    const token = (request.headers.get('authorization') ?? '').slice('Bearer '.length)
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
    const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    if (hex !== env.TOKEN_SHA256) return new Response(null, { status: 401 })
    const url = new URL(`${env.STORAGE}/deckle/packages/npm${new URL(request.url).pathname}`)
    url.searchParams.set('X-Amz-Expires', '600')
    const signer = new AwsV4Signer({
      method: 'GET',
      url: url.href,
      accessKeyId: 'floor',
      secretAccessKey: 'floor',
      service: 's3',
      region: 'us-east-1',
      signQuery: true,
      cache: signingKeys,
    })
    const signed = await signer.sign()
    return new Response(null, { status: 302, headers: { location: signed.url.href, 'cache-control': 'no-store' } })
  },
}
