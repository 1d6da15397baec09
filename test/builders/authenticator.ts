import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What a page gives the browser for a passkey, as far as an authenticator looks at it. */
interface Options {
  readonly challenge: string
}

export interface AuthenticatorChanges {
  readonly origin?: string
  readonly counter?: number
  readonly challenge?: string
}

/**
 * An authenticator of software with one ES256 key: says what a browser and a security key say together.
 * @see https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data
 */
export class Authenticator {
  readonly #id = randomBytes(16)
  readonly #rpId: string
  readonly #origin: string
  readonly #key: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  #counter = 0

  constructor(origin: string) {
    this.#origin = origin
    this.#rpId = new URL(origin).hostname
    this.#key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  }

  /** Answers `navigator.credentials.create`. */
  create({ challenge }: Options, changes: AuthenticatorChanges = {}) {
    const idLength = Buffer.from([0, this.#id.length])
    const attested = Buffer.concat([Buffer.alloc(16), idLength, this.#id, this.#coseKey()])
    const authData = Buffer.concat([this.#authenticatorData(0x41, this.#counter), attested])
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]),
      ...[text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0]), text('authData'), bytes(authData)],
    ])
    const clientDataJSON = this.#clientData('webauthn.create', { challenge, ...changes })
    return this.#answer({
      clientDataJSON: encoded(clientDataJSON),
      attestationObject: encoded(attestationObject),
      transports: ['usb'],
    })
  }

  /** Answers `navigator.credentials.get`. */
  get({ challenge }: Options, changes: AuthenticatorChanges = {}) {
    this.#counter = changes.counter ?? this.#counter + 1
    const authenticatorData = this.#authenticatorData(0x01, this.#counter)
    const clientDataJSON = this.#clientData('webauthn.get', { challenge, ...changes })
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()])
    return this.#answer({
      clientDataJSON: encoded(clientDataJSON),
      authenticatorData: encoded(authenticatorData),
      signature: encoded(sign('sha256', signed, this.#key.privateKey)),
    })
  }

  #answer(response: object) {
    const id = encoded(this.#id)
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} }
  }

  #clientData(type: string, { challenge, origin = this.#origin }: { challenge: string; origin?: string }): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  }

  #authenticatorData(flags: number, counter: number): Buffer {
    const rest = Buffer.alloc(5)
    rest.writeUInt8(flags, 0)
    rest.writeUInt32BE(counter, 1)
    return Buffer.concat([createHash('sha256').update(this.#rpId).digest(), rest])
  }

  /** `{1: 2, 3: -7, -1: 1, -2: x, -3: y}` (RFC 9053, 7.1). */
  #coseKey(): Buffer {
    const { x = '', y = '' } = this.#key.publicKey.export({ format: 'jwk' })
    const point = (name: number, value: string) => [Buffer.from([name]), bytes(Buffer.from(value, 'base64url'))]
    return Buffer.concat([Buffer.from([0xa5, 1, 2, 3, 0x26, 0x20, 1]), ...point(0x21, x), ...point(0x22, y)])
  }
}

function encoded(data: Buffer): string {
  return data.toString('base64url')
}

/** CBOR (RFC 8949), as far as it is needed here. */
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)])
}

function bytes(value: Buffer): Buffer {
  const head = value.length < 256 ? [0x58, value.length] : [0x59, value.length >> 8, value.length & 0xff]
  return Buffer.concat([Buffer.from(head), value])
}
