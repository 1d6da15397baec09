import { shown } from '../../../std/shown.ts'
import { StorageError } from '../../../storage/aws.ts'
import type { Check } from '../check.ts'
import type { Exam } from '../exam.ts'
import { troubleOf, unlessDenied } from '../failure.ts'
import { type Finding, ok, problem, skipped } from '../finding.ts'

/** Validators run check scripts: one is asked as the edge asks it, for a script that is stored nowhere. */
export function gateCheck({ config, stores, role }: Pick<Exam, 'config' | 'stores' | 'role'>): Check {
  return {
    name: 'gate',
    needs: ['credentials'],
    async run() {
      const { validatorUrl } = config
      if (validatorUrl === undefined) {
        return skipped('DECKLE_VALIDATOR_URL is not set: where the edge has none either, no package can have a script.')
      }
      const { host } = new URL(validatorUrl)
      const ask = () => askOne(host, stores.gate)
      try {
        // Nobody but the edge needs that right
        return await (role === 'edge' ? ask() : unlessDenied('ask validators (execute-api:Invoke)', ask))
      } catch (error) {
        if (error instanceof StorageError) return troubleAt(host, error)
        throw error
      }
    },
  }
}

async function askOne(host: string, gate: Exam['stores']['gate']): Promise<Finding> {
  const said = await gate.tryOut()
  if ('moments' in said) return ok(`A validator at ${host} runs check scripts.`)
  return problem(`A validator at ${host} cannot run a script that is right: it ${shown(said.problem)}.`, readLog)
}

const readLog = 'Read the log of the validator, and deploy it anew.'

/** What the answer says beside its code may repeat the headers that were signed: it is not shown. */
function troubleAt(host: string, error: StorageError): Finding {
  const answer = `${host} answers ${shown(error.code)} (${error.status}) when it is asked about a check script.`
  const trouble = troubleOf(error)
  if (trouble === 'unreachable') {
    return problem(
      `No validator can be asked at ${host}: ${shown(error.code)}.`,
      'Start one, or correct DECKLE_VALIDATOR_URL. On AWS it is the address of API Gateway, which alone reaches validators.',
    )
  }
  if (trouble === 'identity') {
    return problem(
      answer,
      'Give edge and validators the same AWS access key and AWS_REGION, and set all clocks by NTP.',
    )
  }
  if (trouble === 'denied') {
    return problem(answer, 'Deploy the edge-access stack: the role of the edge needs execute-api:Invoke.')
  }
  if (error.status === 404 || error.code === 'BadAnswer') {
    return problem(
      answer,
      'Correct DECKLE_VALIDATOR_URL. A validator answers nobody without an access key of its own or the role of its container.',
    )
  }
  if (error.status === 503) {
    return problem(answer, 'Run more validators where they are busy; else read their log (question_failed).')
  }
  return problem(answer, readLog)
}
