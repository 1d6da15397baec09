import type { TokenId, Username } from './ids.ts'

/** Who is asking. `anonymous` has shown no credentials; wrong ones never become a principal. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly username: Username; readonly isAdmin: boolean; readonly tokenId: TokenId }

export const anonymous: Principal = { kind: 'anonymous' }

/** A principal whose token may still be on its way from the store, so that other look-ups need not wait for it. */
export type Asking = Principal | Promise<Principal>
