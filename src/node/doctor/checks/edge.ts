import { z } from 'zod'
import { release } from '../../../release.ts'
import { isLoopback } from '../../../std/origin.ts'
import { shown } from '../../../std/shown.ts'
import type { Check } from '../check.ts'
import { type Answer, type Exam, jsonOf } from '../exam.ts'
import { Unreachable } from '../failure.ts'
import { combine, type Finding, ok, problem, warning } from '../finding.ts'

/** What the registry says of itself at its root. */
const introduction = z.object({ name: z.literal('deckle'), registry: z.string(), version: z.string().optional() })

/** The registry answers at its public URL, over TLS, as itself, with the code that this command is of. */
export function edgeCheck(exam: Exam): Check {
  const { publicUrl } = exam.config
  return {
    name: 'edge',
    needs: [],
    async run(signal) {
      if (publicUrl.startsWith('http:') && !isLoopback(publicUrl)) {
        const remedy = 'Put it behind TLS and set DECKLE_PUBLIC_URL to its https address: tokens travel in the clear.'
        return problem(`${publicUrl} is without TLS.`, remedy)
      }
      const found = judge(publicUrl, await exam.ask(`${publicUrl}/`, signal))
      return combine([found, ...(publicUrl.startsWith('https:') ? await plainHttp(exam, signal) : [])])
    },
  }
}

/** Whoever has the address with http: in a configuration must not send a token in the clear without noticing. */
async function plainHttp(exam: Exam, signal: AbortSignal): Promise<readonly Finding[]> {
  const { hostname } = new URL(exam.config.publicUrl)
  try {
    const { status } = await exam.ask(`http://${hostname}/-/ping`, signal)
    if (status !== 200) return []
    return [warning(`http://${hostname} answers too, without TLS.`, 'Switch "Always Use HTTPS" on for the zone.')]
  } catch (error) {
    // That nobody listens there is the best answer
    if (error instanceof Unreachable) return []
    throw error
  }
}

function judge(publicUrl: string, answer: Answer): Finding {
  const { status } = answer
  if (status >= 500) {
    const remedy = 'Read its log (wrangler tail): as a rule a setting or secret is missing, or storage is out of reach.'
    return problem(`${publicUrl} answers ${status}.`, remedy)
  }
  const parsed = introduction.safeParse(jsonOf(answer))
  if (status !== 200 || !parsed.success) {
    const remedy = 'Correct DECKLE_PUBLIC_URL, or the route or DNS record that leads from there to the Worker.'
    return problem(`Something else than Deckle answers at ${publicUrl} (${status}).`, remedy)
  }
  const { registry, version } = parsed.data
  if (registry !== publicUrl) {
    const message = `The registry at ${publicUrl} calls itself ${shown(registry)}.`
    return problem(message, 'Set DECKLE_PUBLIC_URL to the same address there and here: links are built from it.')
  }
  if (version !== release) {
    const message = `The edge runs Deckle ${shown(version ?? 'of before 0.1.0')}, and this command is of ${release}.`
    return warning(message, 'Deploy the edge, or use the doctor of its version.')
  }
  return ok(`${publicUrl} is Deckle ${release}.`)
}
