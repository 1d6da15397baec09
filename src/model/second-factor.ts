import type { Username } from './ids.ts'
import type { Credential } from './principal.ts'
import type { IsoTime, SecondFactorMode } from './records.ts'

/** What an account can show beside its password. Whether it is demanded stands in the account itself. */
export interface SecondFactor {
  readonly owner: Username
  readonly totp?: Totp
  /** One that is being set up: it counts once a code of it was shown. */
  readonly pending?: { readonly sealedSecret: string; readonly mode: SecondFactorMode; readonly endsAtMs: number }
  /** A passkey that is being added: it counts once the browser has made it. */
  readonly pendingPasskey?: { readonly challenge: string; readonly name: string; readonly endsAtMs: number }
  /** Digests of the recovery codes that are left. */
  readonly recovery: readonly string[]
  readonly passkeys: readonly Passkey[]
}

export interface Totp {
  readonly sealedSecret: string
  /** The time step of the last code that was accepted: it, and those before it, are good for nobody else. */
  readonly lastStep: number
  /** Who showed it: the requests of one command show the same code. */
  readonly lastBy?: CredentialName
}

export interface Passkey {
  /** As the browser names it, base64url. */
  readonly id: string
  /** COSE key, base64url. */
  readonly publicKey: string
  /** Signatures that it says it has made; 0 for those that do not count. */
  readonly counter: number
  readonly transports: readonly string[]
  /** What its owner calls it. */
  readonly name: string
  readonly createdAt: IsoTime
}

export type CredentialName = `${Credential['kind']}/${string}`

export function credentialName({ kind, id }: Pick<Credential, 'kind' | 'id'>): CredentialName {
  return `${kind}/${id}`
}
