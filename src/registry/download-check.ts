import type { CheckJudgement } from '../model/check-script.ts'
import type { FileRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { Refusal, refuse } from '../model/refusals.ts'
import type { JsonObject } from '../std/json.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { Gate } from '../storage/gate.ts'
import { orgsOf } from './access.ts'
import type { Visitor } from './events.ts'

/**
 * Asks the package's script, if it has one for this moment, whether somebody gets a file.
 * @returns the refusal, or undefined when it is allowed; without an answer it is refused
 */
export async function downloadProblem(
  deps: { readonly gate: Gate; readonly platform: Pick<Platform, 'now'> },
  who: Principal,
  { name, checkScript }: Head,
  file: FileRef,
  visitor: Visitor,
): Promise<Refusal | undefined> {
  if (checkScript?.moments.includes('download') !== true) return undefined
  const input = inputOf(who, file, visitor, isoNow(deps.platform))
  try {
    return refusalOf(name, await deps.gate.judge(file, checkScript.digest, input))
  } catch (error) {
    if (error instanceof Refusal) return error // nobody could be asked
    throw error
  }
}

function refusalOf(name: string, judgement: CheckJudgement): Refusal | undefined {
  if (judgement.verdict === 'allow') return undefined
  const { code, reason } = judgement
  return code === 'check_script_denied'
    ? refuse(code, { package: name, reason })
    : refuse(code, { package: name, problem: reason })
}

/** What `download(input)` is given: no more of the asker than the record of the download keeps, and their groups. */
function inputOf(
  who: Principal,
  { format, name, version, filename }: FileRef,
  { addressPrefix, client }: Visitor,
  time: string,
): JsonObject {
  return {
    package: { format, name },
    version,
    file: filename,
    who: who.kind === 'anonymous' ? null : askerOf(who),
    addressPrefix: addressPrefix ?? null,
    client: client ?? null,
    time,
  }
}

function askerOf(who: Exclude<Principal, { kind: 'anonymous' }>): JsonObject {
  const { username, standing, credential } = who
  return {
    username,
    roles: [...standing.roles],
    organisations: { ...orgsOf(who) },
    // Of `<organisation>/<team>~<id>`, what people call it
    teams: [...standing.teams].map((team) => team.replace(/~[^~]*$/, '')).sort(),
    credential: credential.kind === 'token' && credential.isAutomation ? 'automation' : credential.kind,
  }
}
