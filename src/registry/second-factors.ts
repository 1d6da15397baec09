import type { Username } from '../model/ids.ts'
import type { SecondFactorMode } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { CredentialName, SecondFactor, Totp } from '../model/second-factor.ts'
import { randomId } from '../std/base62.ts'
import { constantTimeEqual } from '../std/digest.ts'
import type { Platform } from '../std/platform.ts'
import type { Sealer } from '../std/sealer.ts'
import type { SecondFactorStore, StoredSecondFactor } from '../storage/second-factors.ts'
import type { LoginGuard } from './login-guard.ts'
import { type AuthenticationAnswer, type RelyingParty, signedBy } from './passkeys.ts'
import { newRecoveryCodes, recoveryDigest } from './recovery-codes.ts'
import { newTotpSecret, totpStep, totpUri } from './totp.ts'

const enrolmentMs = 10 * 60_000
/** Tries of one change that others get ahead of. */
const mostTries = 3

export interface SecondFactorsDeps {
  readonly store: SecondFactorStore
  /** Absent: the settings have no key to keep secrets with. */
  readonly sealer: Sealer | undefined
  readonly guard: LoginGuard
  readonly platform: Platform
  readonly relyingParty: RelyingParty
  /** What apps call this registry. */
  readonly issuer: string
}

/** Sets second factors up, and checks what is shown of them. */
export class SecondFactors {
  readonly #deps: SecondFactorsDeps

  constructor(deps: SecondFactorsDeps) {
    this.#deps = deps
  }

  get(owner: Username): Promise<StoredSecondFactor | undefined> {
    return this.#deps.store.get(owner)
  }

  /**
   * Whether a code is good: one of the app, or a recovery code. Each is good once; only the credential that showed one
   * of the app may repeat it while it lasts, because a command makes several requests with it. Right or wrong, guesses
   * are counted before anything is looked at.
   * @throws Refusal `too_many_attempts`
   */
  async check(owner: Username, code: string, by?: CredentialName): Promise<boolean> {
    const attempt = await this.#deps.guard.admitCode(owner) // repeatable: a counter that expires
    const typed = code.replaceAll(/[\s-]/g, '')
    const isGood = /^\d{6}$/.test(typed) ? await this.#checkTotp(owner, typed, by) : await this.#recover(owner, typed)
    if (isGood) await attempt.succeeded()
    return isGood
  }

  #checkTotp(owner: Username, code: string, by: CredentialName | undefined): Promise<boolean> {
    return this.change(owner, async (factor) => {
      if (factor?.totp === undefined) return undefined
      const { sealedSecret, lastStep, lastBy } = factor.totp
      const step = totpStep(await this.#open(owner, sealedSecret), code, this.#deps.platform.now())
      if (step === undefined || step < lastStep) return undefined
      if (step === lastStep) return by !== undefined && by === lastBy ? factor : undefined
      const totp: Totp = { sealedSecret, lastStep: step, ...(by === undefined ? {} : { lastBy: by }) }
      return { ...factor, totp }
    })
  }

  #recover(owner: Username, code: string): Promise<boolean> {
    const digest = recoveryDigest(owner, code)
    return this.change(owner, async (factor) => {
      const left = factor?.recovery.filter((one) => !constantTimeEqual(one, digest)) ?? []
      return factor === undefined || left.length === factor.recovery.length ? undefined : { ...factor, recovery: left }
    })
  }

  /**
   * Begins to set an app up; what stands is untouched until `confirmTotp`.
   * @param isFirst the account has no second factor: what may be left of an earlier one is thrown away
   * @returns what the app is given, `otpauth://…`
   * @throws Refusal `second_factor_off`
   */
  async beginTotp(owner: Username, mode: SecondFactorMode, isFirst: boolean): Promise<string> {
    const { platform, issuer, sealer } = this.#deps
    if (sealer === undefined) throw refuse('second_factor_off')
    const secret = newTotpSecret(platform)
    const pending = { sealedSecret: await sealer.seal(secret, owner), mode, endsAtMs: platform.now() + enrolmentMs }
    await this.begin(owner, { pending }, isFirst)
    return totpUri(secret, issuer, owner)
  }

  /** Notes what is being set up, beside what stands, or in the place of what an earlier one left. */
  async begin(
    owner: Username,
    pending: Pick<SecondFactor, 'pending' | 'pendingPasskey'>,
    isFirst: boolean,
  ): Promise<void> {
    const isWritten = await this.change(owner, async (factor) => ({
      ...((isFirst ? undefined : factor) ?? blank(owner)),
      ...pending,
    }))
    if (!isWritten) throw refuse('conflict')
  }

  /** Whether one of the passkeys has signed a challenge. */
  checkPasskey(owner: Username, challenge: string, answer: AuthenticationAnswer): Promise<boolean> {
    return this.change(owner, async (factor) =>
      factor === undefined ? undefined : signedBy(factor, this.#deps.relyingParty, challenge, answer),
    )
  }

  /**
   * Ends setting an app up, by a code of it, with new recovery codes.
   * @returns the codes, which are shown once, and what the factor shall be asked for; undefined: the code is wrong, or
   *   nothing was begun in the last ten minutes
   * @throws Refusal `too_many_attempts`
   */
  async confirmTotp(
    owner: Username,
    code: string,
  ): Promise<{ readonly codes: readonly string[]; readonly mode: SecondFactorMode } | undefined> {
    const attempt = await this.#deps.guard.admitCode(owner)
    const codes = newRecoveryCodes(this.#deps.platform)
    const recovery = codes.map((one) => recoveryDigest(owner, one))
    const seen: { mode?: SecondFactorMode } = {}
    const isGood = await this.change(owner, async (factor) => {
      const now = this.#deps.platform.now()
      if (factor?.pending === undefined || factor.pending.endsAtMs <= now) return undefined
      const { pending, ...rest } = factor
      const step = totpStep(await this.#open(owner, pending.sealedSecret), code.trim(), now)
      if (step === undefined) return undefined
      seen.mode = pending.mode
      return { ...rest, recovery, totp: { sealedSecret: pending.sealedSecret, lastStep: step } }
    })
    if (!isGood || seen.mode === undefined) return undefined
    await attempt.succeeded()
    return { codes, mode: seen.mode }
  }

  /** New recovery codes in the place of all that were left. @throws Refusal `conflict` */
  async renewCodes(owner: Username): Promise<readonly string[]> {
    const codes = newRecoveryCodes(this.#deps.platform)
    const recovery = codes.map((one) => recoveryDigest(owner, one))
    const isWritten = await this.change(owner, async (factor) =>
      factor === undefined ? undefined : { ...factor, recovery },
    )
    if (!isWritten) throw refuse('conflict')
    return codes
  }

  /** Forgets what was read, unless it was set up anew meanwhile. */
  async forget(factor: StoredSecondFactor): Promise<void> {
    await this.#deps.store.remove(factor)
  }

  /**
   * Looks at what stands and says what is to stand; again when somebody else was faster.
   * @param settle `undefined`: it is not to be changed, and the answer is false; the very same: nothing is written
   */
  async change(
    owner: Username,
    settle: (factor: StoredSecondFactor | undefined) => Promise<SecondFactor | undefined>,
  ): Promise<boolean> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const before = await this.#deps.store.get(owner)
      const after = await settle(before)
      if (after === undefined) return false
      if (after === before) return true
      if (await this.#deps.store.replace(before, after, randomId(this.#deps.platform, 12))) return true // COMMIT
    }
    return false
  }

  #open(owner: Username, sealed: string): Promise<string> {
    if (this.#deps.sealer === undefined) throw refuse('second_factor_off')
    return this.#deps.sealer.open(sealed, owner)
  }
}

function blank(owner: Username): SecondFactor {
  return { owner, recovery: [], passkeys: [] }
}
