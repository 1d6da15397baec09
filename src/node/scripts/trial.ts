import { type CheckJudgement, type CheckMoment, mostScriptBytes } from '../../model/check-script.ts'
import type { PackageName } from '../../model/ids.ts'
import type { JsonObject } from '../../std/json.ts'
import { webPlatform } from '../../std/platform.ts'
import { ScriptJudge } from './judge.ts'

/** What a script said of a sample, and in what time, the starting of its thread included. */
export interface Trial {
  readonly moment: CheckMoment
  readonly judgement: CheckJudgement
  readonly durationMs: number
}

/** Why there was nothing to try, for whoever wrote the script. */
export class TrialError extends Error {}

const anyPackage = { format: 'npm', name: 'sample' as PackageName } as const
const waitMs = 60_000

/**
 * Tries a script with a sample input, in the sandbox and with the limits of a validator.
 * @param moment by default the only one that the script has
 * @throws TrialError when it is no script, or has several moments or none
 */
export async function tryScript(script: string, input: JsonObject, moment?: CheckMoment): Promise<Trial> {
  if (new TextEncoder().encode(script).length > mostScriptBytes) {
    throw new TrialError(`The script is larger than ${mostScriptBytes / 1_000} kB.`)
  }
  const judge = new ScriptJudge(webPlatform)
  const chosen = moment ?? (await onlyMoment(judge, script))
  const time = typeof input['time'] === 'string' ? input['time'] : ''
  if (Number.isNaN(Date.parse(time)))
    throw new TrialError('The sample needs a "time", such as 2026-11-25T09:30:00.000Z.')
  const startedAt = performance.now()
  const judgement = await judge.judge(anyPackage, { script, moment: chosen, input: { ...input, time }, waitMs })
  if (judgement === 'busy') throw new TrialError('The machine is too busy to run the script.')
  return { moment: chosen, judgement, durationMs: Math.round(performance.now() - startedAt) }
}

async function onlyMoment(judge: ScriptJudge, script: string): Promise<CheckMoment> {
  const found = await judge.examine(anyPackage, script, waitMs)
  if (found === 'busy') throw new TrialError('The machine is too busy to run the script.')
  if ('problem' in found) throw new TrialError(`This is no check script: it ${found.problem}.`)
  const [first, ...others] = found.moments
  if (first === undefined) throw new TrialError('The script exports neither a function "publish" nor one "download".')
  if (others.length > 0) throw new TrialError('The script has two moments: choose one with --moment.')
  return first
}
