import type { Head, VersionRecord } from '../../model/records.ts'
import { isoNow, type Platform } from '../../std/platform.ts'
import type { PublishScript } from '../../validation/checks/script.ts'
import type { Stores } from '../../wiring.ts'
import type { ScriptJudge } from '../scripts/judge.ts'

/** Nobody waits for a version as they do for a download: it may stand in line for a while. */
const waitMs = 60_000

interface PublishScriptDeps {
  readonly stores: Pick<Stores, 'checkScripts'>
  readonly scripts: ScriptJudge
  readonly platform: Platform
}

/**
 * The script that a new version has to pass, if its package has one. One read.
 * @param reading the head: the script that it names now judges the version, and no later one does
 * @throws StorageError when storage cannot be read now
 */
export async function publishScript(
  { stores, scripts, platform }: PublishScriptDeps,
  record: VersionRecord,
  reading: Promise<Head | undefined>,
): Promise<PublishScript | undefined> {
  const current = (await reading)?.checkScript
  if (current?.moments.includes('publish') !== true) return undefined
  const script = await stores.checkScripts.get(record, current.digest)
  if (script === undefined) throw new Error(`${record.name}: its check script ${current.digest} is missing`)
  return {
    digest: current.digest,
    ask: async (input) => {
      const question = { script, moment: 'publish', input: { ...input, time: isoNow(platform) }, waitMs } as const
      const said = await scripts.judge(record, question)
      if (said !== 'busy') return said
      return { verdict: 'deny', code: 'check_script_failed', reason: 'was not run: too many others wait' }
    },
  }
}
