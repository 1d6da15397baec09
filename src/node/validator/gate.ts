import { gatePaths } from '../../model/gate-paths.ts'
import type { CheckScripts } from '../../storage/check-scripts.ts'
import { examineQuestion, gateQuestion } from '../../storage/gate-messages.ts'
import type { ScriptJudge } from '../scripts/judge.ts'
import type { Answer, Questions } from '../service/questions.ts'

/** The edge gives up after 8 s: what waits longer than this for a thread would be run for nobody. */
const waitMs = 2_000

const busy: Answer = { status: 503, body: { error: 'busy' } }

/** What the edge asks a validator about check scripts (`storage/gate-messages.ts`). */
export function createGate(checkScripts: CheckScripts, judge: ScriptJudge): Questions {
  return {
    [gatePaths.judge]: async (body) => {
      const { format, name, digest, input } = gateQuestion.parse(body)
      const script = await checkScripts.get({ format, name }, digest)
      if (script === undefined) return { status: 404, body: { error: 'no such script' } }
      const said = await judge.judge({ format, name }, { script, moment: 'download', input, waitMs })
      return said === 'busy' ? busy : { status: 200, body: said }
    },
    [gatePaths.examine]: async (body) => {
      const { script, ...ref } = examineQuestion.parse(body)
      const found = await judge.examine(ref, script, waitMs)
      return found === 'busy' ? busy : { status: 200, body: found }
    },
  }
}
