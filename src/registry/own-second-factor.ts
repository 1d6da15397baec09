import type { Username } from '../model/ids.ts'
import type { Principal, SignedIn } from '../model/principal.ts'
import type { SecondFactorMode, User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { credentialName, type Passkey } from '../model/second-factor.ts'
import { requireAccount } from './access.ts'
import { type AccountDeps, confirmPassword } from './accounts.ts'
import { replaceUser } from './change-account.ts'
import { readProfile } from './profile.ts'

/** What somebody who changes their second factor shows beside their credential. */
export interface Confirmation {
  readonly password: string
  readonly address: string | undefined
}

/**
 * Takes a code that came with a request for the principal's second factor. Whoever has none shows nothing by it.
 * @throws Refusal `second_factor_wrong`, `too_many_attempts`
 */
export async function showSecondFactor(deps: AccountDeps, who: SignedIn, code: string): Promise<SignedIn> {
  if (who.secondFactor?.isEnrolled !== true || who.secondFactor.isShown) return who
  const by = credentialName(who.credential)
  const isGood = code.includes('.')
    ? await deps.challenges.isProof(code, by)
    : await deps.factors.check(who.username, code, by)
  if (!isGood) throw refuse('second_factor_wrong')
  return { ...who, secondFactor: { ...who.secondFactor, isShown: true } }
}

/** What an account can show, for its owner to look at: no secret, and no digest of one. */
export interface FactorOverview {
  readonly mode?: SecondFactorMode
  readonly hasApp: boolean
  readonly codesLeft: number
  readonly passkeys: readonly Pick<Passkey, 'id' | 'name' | 'createdAt'>[]
}

/** @throws Refusal `login_required`, `token_limited`, `token_invalid` */
export async function readSecondFactor(deps: AccountDeps, who: Principal): Promise<FactorOverview> {
  const { username, secondFactor: mode } = await readProfile(deps, who)
  const factor = mode === undefined ? undefined : await deps.factors.get(username)
  if (mode === undefined || factor === undefined) return { hasApp: false, codesLeft: 0, passkeys: [] }
  const passkeys = factor.passkeys.map(({ id, name, createdAt }) => ({ id, name, createdAt }))
  return { mode, hasApp: factor.totp !== undefined, codesLeft: factor.recovery.length, passkeys }
}

/**
 * Begins to demand a second factor. An account that has an app already only changes what it is asked for.
 * @returns what the app is given, to be confirmed by a code of it, or the account as it is now
 * @throws Refusal `login_required`, `token_limited`, `second_factor_required`, `credentials_wrong`,
 *   `too_many_attempts`, `second_factor_off`, `conflict`
 */
export async function beginSecondFactor(
  deps: AccountDeps,
  who: Principal,
  mode: SecondFactorMode,
  confirmation: Confirmation,
): Promise<{ readonly uri: string } | { readonly user: User }> {
  const user = await confirmed(deps, who, confirmation)
  const standing = user.secondFactor === undefined ? undefined : await deps.factors.get(user.username)
  if (standing?.totp !== undefined) return { user: await demand(deps, who, user, mode) }
  return { uri: await deps.factors.beginTotp(user.username, mode, user.secondFactor === undefined) }
}

/**
 * Begins to set up an app, the first one or another in the place of the one that stands, which stays good until the new
 * one is confirmed.
 * @throws Refusal as `beginSecondFactor`
 */
export async function replaceSecondFactor(
  deps: AccountDeps,
  who: Principal,
  mode: SecondFactorMode,
  confirmation: Confirmation,
): Promise<{ readonly uri: string }> {
  const user = await confirmed(deps, who, confirmation)
  return { uri: await deps.factors.beginTotp(user.username, mode, user.secondFactor === undefined) }
}

/**
 * Ends setting an app up. From the account's own write on, the second factor is demanded; cut off before it, it is set
 * up and not demanded, and its owner begins anew.
 * @returns the recovery codes, which are shown once
 * @throws Refusal `login_required`, `token_limited`, `second_factor_wrong`, `too_many_attempts`, `conflict`
 */
export async function confirmSecondFactor(deps: AccountDeps, who: Principal, code: string): Promise<readonly string[]> {
  const user = await readProfile(deps, who)
  const set = await deps.factors.confirmTotp(user.username, code) // repeatable: begun anew
  if (set === undefined) throw refuse('second_factor_wrong')
  await demand(deps, who, user, set.mode)
  return set.codes
}

/**
 * Demands no second factor any more, and forgets it.
 * @throws Refusal as `beginSecondFactor`
 */
export async function endSecondFactor(deps: AccountDeps, who: Principal, confirmation: Confirmation): Promise<User> {
  const user = await confirmed(deps, who, confirmation)
  const standing = await deps.factors.get(user.username)
  const after = await demand(deps, who, user, undefined)
  // Cut off before this, secrets that nobody asks for are left until the next set-up writes over them
  if (standing !== undefined) await deps.factors.forget(standing)
  return after
}

/** New recovery codes in the place of the old ones. @throws Refusal as `beginSecondFactor` */
export async function renewRecoveryCodes(
  deps: AccountDeps,
  who: Principal,
  confirmation: Confirmation,
): Promise<readonly string[]> {
  const { username } = await confirmed(deps, who, confirmation)
  const entry = { action: 'user.recovery-codes', target: `user/${username}` }
  return deps.audit.recorded(who, entry, () => deps.factors.renewCodes(username)) // COMMIT: in renewCodes
}

/** Whoever asks, with the password, and with the second factor if there is one. */
export function confirmed(deps: AccountDeps, who: Principal, { password, address }: Confirmation): Promise<User> {
  const { username } = requireAccount(who, 'enrol')
  return confirmPassword(deps, { name: username, password, address })
}

/** What an account's second factor is asked for from now on; `undefined`: nothing. */
export async function demand(
  deps: AccountDeps,
  who: Principal,
  user: User,
  mode: SecondFactorMode | undefined,
): Promise<User> {
  if (user.secondFactor === mode) return user
  const entry = {
    action: 'user.second-factor',
    target: `user/${user.username satisfies Username}`,
    before: { secondFactor: user.secondFactor ?? null },
    after: { secondFactor: mode ?? null },
  }
  return deps.audit.recorded(who, entry, () => replaceUser(deps, user, { secondFactor: mode })) // COMMIT: in replaceUser
}
