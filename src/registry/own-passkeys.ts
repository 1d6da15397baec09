import type { Principal } from '../model/principal.ts'
import { refuse } from '../model/refusals.ts'
import { bytesToBase64Url } from '../std/base64.ts'
import type { JsonObject } from '../std/json.ts'
import { isoNow } from '../std/platform.ts'
import { requireAccount } from './access.ts'
import type { AccountDeps } from './accounts.ts'
import { type Confirmation, confirmed, demand } from './own-second-factor.ts'
import { creationOptions, type RegistrationAnswer, registeredPasskey } from './passkeys.ts'
import { readProfile } from './profile.ts'

const most = 10
const lifetimeMs = 10 * 60_000

/**
 * Begins to add a passkey.
 * @returns what the browser is given to make one
 * @throws Refusal `login_required`, `token_limited`, `second_factor_required`, `credentials_wrong`,
 *   `too_many_attempts`, `too_many_passkeys`, `conflict`
 */
export async function beginPasskey(
  deps: AccountDeps,
  who: Principal,
  name: string,
  confirmation: Confirmation,
): Promise<JsonObject> {
  const user = await confirmed(deps, who, confirmation)
  const isFirst = user.secondFactor === undefined
  const standing = isFirst ? [] : ((await deps.factors.get(user.username))?.passkeys ?? [])
  if (standing.length >= most) throw refuse('too_many_passkeys', { most })
  const challenge = bytesToBase64Url(deps.platform.randomBytes(32))
  const pendingPasskey = { challenge, name, endsAtMs: deps.platform.now() + lifetimeMs }
  await deps.factors.begin(user.username, { pendingPasskey }, isFirst)
  return creationOptions(deps.relyingParty, user.username, challenge, standing)
}

/**
 * Adds the passkey that a browser has made. The first second factor of an account is demanded from then on, when
 * somebody logs in, and brings recovery codes.
 * @returns the codes, which are shown once; none where there were some already
 * @throws Refusal `login_required`, `token_limited`, `second_factor_wrong`, `conflict`
 */
export async function addPasskey(
  deps: AccountDeps,
  who: Principal,
  answer: RegistrationAnswer,
): Promise<readonly string[]> {
  const user = await readProfile(deps, who)
  const entry = { action: 'user.add-passkey', target: `user/${user.username}` }
  await deps.audit.recorded(who, entry, async () => {
    const isAdded = await deps.factors.change(user.username, async (factor) => {
      if (factor?.pendingPasskey === undefined || factor.pendingPasskey.endsAtMs <= deps.platform.now())
        return undefined
      const { pendingPasskey, ...rest } = factor
      const made = await registeredPasskey(deps.relyingParty, pendingPasskey.challenge, answer)
      if (made === undefined || rest.passkeys.some(({ id }) => id === made.id)) return undefined
      const passkey = { ...made, name: pendingPasskey.name, createdAt: isoNow(deps.platform) }
      return { ...rest, passkeys: [...rest.passkeys, passkey] }
    })
    if (!isAdded) throw refuse('second_factor_wrong')
  })
  if (user.secondFactor !== undefined) return []
  const codes = await deps.factors.renewCodes(user.username)
  await demand(deps, who, user, 'auth-only')
  return codes
}

/**
 * Removes a passkey. The last thing that could be shown is not removed: ending the second factor says so.
 * @throws Refusal `login_required`, `token_limited`, `second_factor_required`, `last_passkey`
 */
export async function removePasskey(deps: AccountDeps, who: Principal, id: string): Promise<void> {
  const { username } = requireAccount(who, 'change')
  const entry = { action: 'user.remove-passkey', target: `user/${username}` }
  await deps.audit.recorded(who, entry, async () => {
    const isRemoved = await deps.factors.change(username, async (factor) => {
      const passkeys = factor?.passkeys.filter((one) => one.id !== id) ?? []
      if (factor === undefined || passkeys.length === factor.passkeys.length) return factor
      return passkeys.length === 0 && factor.totp === undefined ? undefined : { ...factor, passkeys }
    })
    if (!isRemoved) throw refuse('last_passkey')
  })
}
