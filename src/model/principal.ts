import type { TokenId, Username } from './ids.ts'

/** Who is asking. `anonymous` has shown no credentials; wrong ones never become a principal. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly username: Username; readonly isAdmin: boolean; readonly tokenId: TokenId }

export const anonymous: Principal = { kind: 'anonymous' }
