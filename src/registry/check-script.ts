import { type CheckScript, mostScriptBytes } from '../model/check-script.ts'
import type { PackageRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import { refuse } from '../model/refusals.ts'
import { digestHex } from '../std/digest.ts'
import type { CheckScripts } from '../storage/check-scripts.ts'
import type { Gate } from '../storage/gate.ts'
import { accessProblem } from './access.ts'
import { requireChange } from './change.ts'
import { type SettingsDeps, settingsOf } from './package-settings.ts'
import type { ReaderDeps } from './reader.ts'

export interface CheckScriptDeps extends SettingsDeps {
  readonly checkScripts: CheckScripts
  readonly gate: Gate
}

/**
 * Makes a text the check script of a package. A validator reads it first, in the sandbox in which it will run.
 * @returns what the head says of it from now on
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `check_script_invalid`, `body_too_large`,
 *   `checks_off`, `check_unavailable`
 */
export async function setCheckScript(
  deps: CheckScriptDeps,
  who: Principal,
  ref: PackageRef,
  text: string,
): Promise<CheckScript> {
  const head = await requireChange(deps, who, ref, { action: 'manage' })
  const bytes = new TextEncoder().encode(text)
  if (bytes.length === 0) throw refuse('check_script_invalid', { problem: 'it is empty' })
  if (bytes.length > mostScriptBytes) throw refuse('body_too_large', { mostBytes: mostScriptBytes })
  if (!deps.gate.isOpen) throw refuse('checks_off')
  const found = await deps.gate.examine(ref, text)
  if ('problem' in found) throw refuse('check_script_invalid', { problem: `it ${found.problem}` })
  if (found.moments.length === 0) {
    throw refuse('check_script_invalid', { problem: 'it exports neither a function "publish" nor one "download"' })
  }
  const checkScript: CheckScript = { digest: digestHex('sha256', bytes), moments: found.moments }
  await deps.checkScripts.put(ref, checkScript.digest, text) // repeatable: named by its content, read by nobody yet
  await settingsOf(deps, who, head, 'check', (current) =>
    current.checkScript?.digest === checkScript.digest ? undefined : { checkScript },
  ) // COMMIT: here at once; elsewhere within the age of a cached head, 5 s, and links that are signed already live on
  return checkScript
}

/** Takes the script away; versions remember which one allowed them, and its text stays. @throws Refusal as `requireChange` */
export async function removeCheckScript(deps: SettingsDeps, who: Principal, ref: PackageRef): Promise<void> {
  const head = await requireChange(deps, who, ref, { action: 'manage' })
  await settingsOf(deps, who, head, 'check', ({ checkScript }) =>
    checkScript === undefined ? undefined : { checkScript: undefined },
  )
}

/**
 * The script with its text, for those who may change the package, and auditors.
 * @throws Refusal `login_required`, `package_not_found`, `check_script_not_found`
 */
export async function readCheckScript(
  deps: Pick<ReaderDeps, 'headCache' | 'rules'> & Pick<CheckScriptDeps, 'checkScripts'>,
  who: Principal,
  ref: PackageRef,
): Promise<CheckScript & { readonly script: string }> {
  if (who.kind === 'anonymous') throw refuse('login_required')
  const head = await deps.headCache.get(ref, true)
  const problem = accessProblem(who, 'inspect', head, deps.rules)
  if (problem !== undefined) throw problem
  const current = head?.checkScript
  const script = current && (await deps.checkScripts.get(ref, current.digest))
  if (current === undefined || script === undefined) throw refuse('check_script_not_found', { package: ref.name })
  return { ...current, script }
}
