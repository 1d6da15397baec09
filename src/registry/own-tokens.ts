import type { Principal } from '../model/principal.ts'
import type { Token, TokenKind } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { TokenLimits } from '../model/token-limits.ts'
import { toJson } from '../std/json.ts'
import type { TokenPage, TokenPosition } from '../storage/tokens.ts'
import { requireAccount } from './access.ts'
import { type AccountDeps, confirmPassword } from './accounts.ts'
import { type NewToken, readTokenId, readTokenKey } from './tokens.ts'

/** Tokens on one page of a list. */
const pageSize = 100

export interface AskedToken {
  readonly password: string
  readonly name: string
  readonly kind: Exclude<TokenKind, 'login'>
  readonly note?: string
  /** Absent: as good as a login's. */
  readonly limits?: TokenLimits
  /** Absent: as long as a login's. */
  readonly lifetimeDays?: number
}

/**
 * Somebody's own tokens, oldest first: never a secret, never anybody else's.
 * @throws Refusal `login_required`, `token_limited`
 */
export async function listTokens(
  deps: AccountDeps,
  who: Principal,
  after?: TokenPosition,
  limit = pageSize,
): Promise<TokenPage> {
  const user = await deps.users.get(requireAccount(who).username)
  if (user === undefined) throw refuse('token_invalid')
  return deps.tokens.list(user, limit, after)
}

/**
 * One of the asker's own tokens, by its key.
 * @throws Refusal `login_required`, `token_limited`; `token_not_found` alike for another's, for none, and for one that is over
 */
export async function readToken(deps: AccountDeps, who: Principal, key: string): Promise<Token> {
  const { username } = requireAccount(who)
  const tokenId = readTokenKey(key)
  const token = tokenId === undefined ? undefined : await deps.tokens.readOwn(tokenId, username)
  if (token === undefined) throw refuse('token_not_found')
  return token
}

/**
 * Makes a token for whoever knows the password of the account: a token that was stolen must not make others.
 * @throws Refusal `login_required`, `token_limited`, `credentials_wrong`, `too_many_attempts`
 */
export async function createToken(
  deps: AccountDeps,
  who: Principal,
  asked: AskedToken,
  address: string | undefined,
): Promise<NewToken> {
  const { password, name, kind, note, limits, lifetimeDays } = asked
  const user = await confirmPassword(deps, { name: requireAccount(who, 'change').username, password, address })
  const entry = {
    action: 'token.create',
    target: `user/${user.username}`,
    after: { kind, name, ...(limits === undefined ? {} : { limits: toJson(limits) }) },
  }
  const request = {
    kind,
    description: name,
    ...(note === undefined ? {} : { note }),
    ...(limits === undefined ? {} : { limits }),
    lifetimeDays: lifetimeDays ?? deps.loginTokenDays,
  }
  return deps.audit.recorded(who, entry, () => deps.tokens.issueNamed(user, request)) // COMMIT: in issueNamed
}

/**
 * Ends one of the asker's tokens, by its key or by the token itself.
 * @throws Refusal `login_required`, `token_limited`; `token_not_found` alike for another's and for none
 */
export async function revokeToken(deps: AccountDeps, who: Principal, keyOrToken: string): Promise<void> {
  const { username } = requireAccount(who, 'write')
  const tokenId = readTokenId(keyOrToken) ?? readTokenKey(keyOrToken)
  if (tokenId === undefined) throw refuse('token_not_found')
  await deps.audit.recorded(who, { action: 'token.revoke', target: `token/${tokenId}` }, async () => {
    if ((await deps.tokens.revokeOwn(tokenId, username)) === 'absent') throw refuse('token_not_found') // COMMIT
  })
}
