import { AwsV4Signer } from 'aws4fetch'
import { digestHex, type HmacKey, hmacKey, hmacSha256 } from '../std/digest.ts'

export type SigningOptions = ConstructorParameters<typeof AwsV4Signer>[0]

const encoder = new TextEncoder()

/** Keys that sign within a scope: the same for a day, so the last ones are kept. */
export class SigningKeys {
  readonly #keys = new Map<string, HmacKey>()

  /** @param scope `<date>/<region>/<service>/aws4_request` */
  keyOf(secretAccessKey: string, scope: string): HmacKey {
    const id = `${scope}/${secretAccessKey}`
    const kept = this.#keys.get(id)
    if (kept) return kept
    // One a day and key pair; what is over belongs to the past
    if (this.#keys.size >= 8) this.#keys.clear()
    const secret = hmacKey(encoder.encode(`AWS4${secretAccessKey}`))
    const key = scope.split('/').reduce((outer, part) => hmacKey(hmacSha256(outer, part)), secret)
    this.#keys.set(id, key)
    return key
  }
}

/**
 * aws4fetch’s signer, with digests made at once: WebCrypto makes an asynchronous job of each, which takes several times
 * as long as a digest of a few hundred bytes, and four of them stand before every request and every link.
 */
export class RequestSigner extends AwsV4Signer {
  readonly #keys: SigningKeys

  constructor(options: SigningOptions, keys: SigningKeys) {
    super(options)
    this.#keys = keys
  }

  /** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
  override async signature(): Promise<string> {
    const canonical = digestHex('sha256', await this.canonicalString())
    const text = ['AWS4-HMAC-SHA256', this.datetime, this.credentialString, canonical].join('\n')
    return hmacSha256(this.#keys.keyOf(this.secretAccessKey, this.credentialString), text).toString('hex')
  }

  override async hexBodyHash(): Promise<string> {
    const isHashed = !this.signQuery && !this.headers.has('x-amz-content-sha256')
    const body = this.body ?? ''
    if (isHashed && (typeof body === 'string' || body instanceof Uint8Array)) return digestHex('sha256', body)
    return super.hexBodyHash()
  }
}
