import type { TokenId, Username } from './ids.ts'
import type { TokenLimits } from './token-limits.ts'

/** Who is asking. `anonymous` has shown no credentials; wrong ones never become a principal. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'user'
      readonly username: Username
      readonly isAdmin: boolean
      readonly tokenId: TokenId
      /** What the token may do less than the user; only `registry/access.ts` judges by it. */
      readonly limits?: TokenLimits
    }

export const anonymous: Principal = { kind: 'anonymous' }

/** A principal whose token may still be on its way from the store, so that other look-ups need not wait for it. */
export type Asking = Principal | Promise<Principal>
