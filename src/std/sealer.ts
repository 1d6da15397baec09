import { base64ToBytes, bytesToBase64 } from './base64.ts'
import type { Platform } from './platform.ts'

const cipher = 'AES-GCM'
const nonceBytes = 12
const encoder = new TextEncoder()

/** Encrypts short texts for the store, with one key: AES-256-GCM with random nonces, good for billions of texts. */
export class Sealer {
  readonly #key: () => Promise<Uint8Array<ArrayBuffer>>
  readonly #platform: Pick<Platform, 'randomBytes'>

  /** @param key its first 32 bytes are used; asked for each time */
  constructor(key: () => Promise<Uint8Array<ArrayBuffer>>, platform: Pick<Platform, 'randomBytes'>) {
    this.#key = key
    this.#platform = platform
  }

  /** @param context whose it is: under another's name it cannot be opened */
  async seal(text: string, context: string): Promise<string> {
    const nonce = this.#platform.randomBytes(nonceBytes)
    const sealed = await crypto.subtle.encrypt(parameters(nonce, context), await this.#imported(), encoder.encode(text))
    return `v1.${bytesToBase64(nonce)}.${bytesToBase64(new Uint8Array(sealed))}`
  }

  /** @throws Error when it was sealed with another key or for another context, or was changed */
  async open(sealed: string, context: string): Promise<string> {
    const [version, nonce = '', body = ''] = sealed.split('.')
    if (version !== 'v1') throw new Error('not a sealed text of a known version')
    const opened = await crypto.subtle.decrypt(
      parameters(base64ToBytes(nonce), context),
      await this.#imported(),
      base64ToBytes(body),
    )
    return new TextDecoder().decode(opened)
  }

  async #imported(): Promise<CryptoKey> {
    return crypto.subtle.importKey('raw', (await this.#key()).slice(0, 32), cipher, false, ['encrypt', 'decrypt'])
  }
}

function parameters(iv: Uint8Array<ArrayBuffer>, context: string) {
  return { name: cipher, iv, additionalData: encoder.encode(context) }
}
