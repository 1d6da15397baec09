import type { Credential, SignedIn } from '../model/principal.ts'
import { refuse } from '../model/refusals.ts'
import type { TokenLimits } from '../model/token-limits.ts'
import { rangeContains } from '../std/address-range.ts'
import type { KnownAccount } from './known-accounts.ts'

/** What the request that a token or session came with is, as far as a limit may forbid it. */
export interface CredentialUse {
  /** Where it comes from; undefined when that is not known for sure. */
  readonly address: string | undefined
  /** As much of where it claims to come from as records keep. */
  readonly addressPrefix?: string
  /** Whether it may change something. */
  readonly writes: boolean
  /** It only ends what it came with: that is no use of it. */
  readonly isLeaving?: boolean
}

/** Makes the principal of an account, and of what was shown to be let in as it. @throws Refusal `account_disabled` */
export type SignIn = (
  account: KnownAccount,
  credential: Credential,
  use: CredentialUse,
  limits?: TokenLimits,
  /** The second factor was shown in this session a moment ago. */
  isFactorShown?: boolean,
) => SignedIn

/** @param demandsFactor whether every change demands a second factor of everybody */
export function signInWith(demandsFactor: boolean): SignIn {
  return (account, credential, { address }, limits, isFactorShown = false) => {
    if (account.isDisabled) throw refuse('account_disabled')
    const { username, standing, secondFactor } = account
    return {
      kind: 'user',
      username,
      standing,
      credential,
      ...(limits === undefined ? {} : { limits }),
      ...(secondFactor === undefined && !demandsFactor
        ? {}
        : {
            secondFactor: {
              isEnrolled: secondFactor !== undefined,
              isDemanded: demandsFactor || secondFactor === 'auth-and-writes',
              isShown: isFactorShown,
            },
          }),
      ...(address === undefined ? {} : { address }),
    }
  }
}

/**
 * Limits that hold on every route alike; those on packages are judged by `accessProblem`.
 * @throws Refusal `token_limited`
 */
export function requireUse(limits: TokenLimits, { address, writes }: CredentialUse): void {
  const { addresses, power, manages = [] } = limits
  if (addresses !== undefined && !addresses.some((range) => address !== undefined && rangeContains(range, address))) {
    throw refuse('token_limited', { reason: 'it is limited to certain addresses, and yours is not one of them' })
  }
  if (writes && power === 'read' && manages.length === 0) {
    throw refuse('token_limited', { reason: 'it is limited to reading' })
  }
}
