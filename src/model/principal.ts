import type { SessionId, TokenId, Username } from './ids.ts'
import type { Standing } from './standing.ts'
import type { TokenLimits } from './token-limits.ts'

/** What somebody showed to be let in. */
export type Credential =
  | { readonly kind: 'token'; readonly id: TokenId; readonly isAutomation: boolean }
  | { readonly kind: 'session'; readonly id: SessionId }

/** Where somebody stands with their second factor, in one request. */
export interface SecondFactorState {
  readonly isEnrolled: boolean
  /** Every change demands it: by the account's own choice, or by the registry's. */
  readonly isDemanded: boolean
  /** It came with this request, or was shown in this session a moment ago. */
  readonly isShown: boolean
}

export interface SignedIn {
  readonly kind: 'user'
  readonly username: Username
  readonly standing: Standing
  readonly credential: Credential
  /** What the credential may do less than the user; only `registry/access.ts` judges by it. */
  readonly limits?: TokenLimits
  /** Absent: there is none, and nothing but a package could demand one. */
  readonly secondFactor?: SecondFactorState
  /** Where the request comes from, as far as that is known: for the audit log. */
  readonly address?: string
}

/** Who is asking. `anonymous` has shown no credentials; wrong ones never become a principal. */
export type Principal = { readonly kind: 'anonymous' } | SignedIn

export const anonymous: Principal = { kind: 'anonymous' }

/** A principal whose token may still be on its way from the store, so that other look-ups need not wait for it. */
export type Asking = Principal | Promise<Principal>
