import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { type AccessRules, accessProblem } from './access.ts'
import type { Sessions } from './sessions.ts'
import type { Tokens } from './tokens.ts'

export interface ReaderDeps {
  readonly tokens: Tokens
  readonly sessions: Sessions
  readonly rules: AccessRules
}

/**
 * Lets somebody read a package. For a sensitive one, whose head is never a kept one, token and account are read anew
 * before anything is allowed by them. A refusal needs no such look: it makes the requests of a package that does not
 * exist, and whoever was let in just now waits for it like everywhere.
 * @returns who is reading, as they are now
 * @throws Refusal `package_not_found`, `package_blocked`, `login_required`, `token_invalid`, `account_disabled`
 */
export async function requireReader(deps: ReaderDeps, who: Principal, head: Head | undefined): Promise<Principal> {
  const problem = accessProblem(who, 'read', head, deps.rules)
  if (problem !== undefined) throw problem
  if (head?.sensitive === undefined || who.kind === 'anonymous') return who
  const { credential } = who
  const confirmed =
    credential.kind === 'token'
      ? await deps.tokens.confirm(who, credential.id)
      : await deps.sessions.confirm(who, credential.id)
  const left = accessProblem(confirmed, 'read', head, deps.rules)
  if (left !== undefined) throw left
  return confirmed
}
