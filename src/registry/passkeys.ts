import type { Username } from '../model/ids.ts'
import type { Passkey, SecondFactor } from '../model/second-factor.ts'
import { base64ToBytes, bytesToBase64Url } from '../std/base64.ts'
import type { JsonObject } from '../std/json.ts'
import { log } from '../std/log.ts'
import { accountKey } from '../storage/keys.ts'

/** Where passkeys are made for: a browser shows them to this site alone. */
export interface RelyingParty {
  /** Host name without a port. */
  readonly id: string
  readonly origin: string
}

export function relyingParty(publicUrl: string): RelyingParty {
  const { hostname, origin } = new URL(publicUrl)
  return { id: hostname, origin }
}

/** What a browser says about a new passkey. @see https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson */
export interface RegistrationAnswer {
  readonly id: string
  readonly rawId: string
  readonly type: 'public-key'
  readonly response: {
    readonly clientDataJSON: string
    readonly attestationObject: string
    readonly transports?: readonly string[]
  }
}

/** What a browser says for a passkey. @see https://www.w3.org/TR/webauthn-3/#dictdef-authenticationresponsejson */
export interface AuthenticationAnswer {
  readonly id: string
  readonly rawId: string
  readonly type: 'public-key'
  readonly response: {
    readonly clientDataJSON: string
    readonly authenticatorData: string
    readonly signature: string
  }
}

const timeout = 5 * 60_000
/** ES256, RS256, EdDSA: what authenticators have. */
const algorithms = [-7, -257, -8]

/** @see https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialcreationoptionsjson */
export function creationOptions(
  party: RelyingParty,
  owner: Username,
  challenge: string,
  standing: readonly Passkey[],
): JsonObject {
  return {
    challenge,
    rp: { id: party.id, name: 'Deckle' },
    user: { id: bytesToBase64Url(new TextEncoder().encode(accountKey(owner))), name: owner, displayName: owner },
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: standing.map(descriptor),
    authenticatorSelection: { residentKey: 'discouraged', userVerification: 'preferred' },
    attestation: 'none',
    timeout,
  }
}

/** @see https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialrequestoptionsjson */
export function requestOptions(party: RelyingParty, challenge: string, standing: readonly Passkey[]): JsonObject {
  const allowCredentials = standing.map(descriptor)
  return { challenge, rpId: party.id, allowCredentials, userVerification: 'preferred', timeout }
}

function descriptor({ id, transports }: Passkey) {
  return { type: 'public-key', id, transports }
}

/** The new passkey that an answer proves; undefined when it proves nothing. */
export async function registeredPasskey(
  party: RelyingParty,
  challenge: string,
  answer: RegistrationAnswer,
): Promise<Omit<Passkey, 'name' | 'createdAt'> | undefined> {
  const { verifyRegistrationResponse } = await library()
  const transports = [...(answer.response.transports ?? [])]
  const verified = await tried(() =>
    verifyRegistrationResponse({
      response: { ...answer, response: { ...answer.response, transports }, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: false,
      supportedAlgorithmIDs: algorithms,
    }),
  )
  if (verified?.verified !== true) return undefined
  const { id, publicKey, counter } = verified.registrationInfo.credential
  return { id, publicKey: bytesToBase64Url(publicKey), counter, transports }
}

/** What stands after one of the passkeys has signed; undefined when none has. */
export async function signedBy<T extends SecondFactor>(
  factor: T,
  party: RelyingParty,
  challenge: string,
  answer: AuthenticationAnswer,
): Promise<T | undefined> {
  const passkey = factor.passkeys.find(({ id }) => id === answer.id)
  if (passkey === undefined) return undefined
  const { verifyAuthenticationResponse } = await library()
  const verified = await tried(() =>
    verifyAuthenticationResponse({
      response: { ...answer, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      credential: { id: passkey.id, publicKey: base64ToBytes(passkey.publicKey), counter: passkey.counter },
      requireUserVerification: false,
    }),
  )
  if (verified?.verified !== true) return undefined
  const used = { ...passkey, counter: verified.authenticationInfo.newCounter }
  return { ...factor, passkeys: factor.passkeys.map((one) => (one === passkey ? used : one)) }
}

/** A third of the worker, so it is only run where a passkey is looked at. */
function library() {
  return import('@simplewebauthn/server')
}

/** The library throws for whatever does not fit; the answer is the same for all of it, and the log says which. */
async function tried<T>(verify: () => Promise<T>): Promise<T | undefined> {
  try {
    return await verify()
  } catch (error) {
    log('warning', 'passkey_refused', 'an answer of a passkey was not good', { error })
    return undefined
  }
}
