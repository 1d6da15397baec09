import { z } from 'zod'
import { type Answer, jsonOf } from '../exam.ts'
import { type Finding, problem } from '../finding.ts'

/** npm's shape of a refusal: `error` is a sentence of the registry, which says what to do. */
const refusal = z.object({ error: z.string(), code: z.string().optional(), requestId: z.string().optional() })

/** Words an answer that is not what the step wanted. */
export function refusedStep(step: string, answer: Answer): Finding {
  const { success, data } = refusal.safeParse(jsonOf(answer))
  const sentence = success ? data.error.replace(/\p{C}+/gu, ' ').slice(0, 500) : 'without a reason'
  const id = success && data.requestId !== undefined ? ` Its request is ${data.requestId} in the log.` : ''
  return problem(`${step} is answered with ${answer.status}: ${sentence}${id}`, remedyOf(answer.status, data?.code))
}

function remedyOf(status: number, code: string | undefined): string {
  if (code?.startsWith('second_factor') === true) {
    return 'Use an automation token: the doctor cannot type in a second factor.'
  }
  if (status === 401) return 'Make a token with "npm token create" and hand it over in DECKLE_TOKEN or --token-file.'
  if (status === 403) return 'Use a token that may write, of an account with the role publisher.'
  if (status === 422) return 'Look at DECKLE_POLICY: the checks refuse even the probe.'
  if (status >= 500) return 'Read the log of the edge at that time: as a rule storage is out of reach of it.'
  return 'Do what the sentence of the registry says.'
}
