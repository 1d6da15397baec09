import { keyPath } from '../../../storage/s3-address.ts'
import type { Check } from '../check.ts'
import type { Exam } from '../exam.ts'
import { combine, type Finding, ok, problem, warning } from '../finding.ts'

const stranger = 'https://deckle-doctor.invalid'
const preflight = {
  method: 'OPTIONS',
  headers: {
    origin: stranger,
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  },
} as const

/**
 * No page of another site may read what the registry answers. Its own pages are of its own origin and read nothing
 * from storage, so neither of the two needs to grant anything.
 */
export function corsCheck(exam: Exam): Check {
  return {
    name: 'cors',
    needs: ['edge', 'clock'],
    async run(signal) {
      const [edge, storage] = await Promise.all([
        exam.ask(`${exam.config.publicUrl}/-/whoami`, signal, preflight),
        exam.ask(`${exam.bucketUrl}/${keyPath(exam.trial.key)}`, signal, preflight),
      ])
      const found: Finding[] = []
      if (grants(edge.headers)) {
        const remedy = 'Remove the rule that adds Access-Control-Allow-Origin on the way (a Transform Rule, a proxy).'
        found.push(problem('Pages of any other site may read what the registry answers.', remedy))
      }
      if (grants(storage.headers)) {
        const remedy = 'Remove the CORS configuration of the bucket: no page of Deckle needs it.'
        found.push(warning('The bucket lets pages of any site use signed links.', remedy))
      }
      return combine([ok('Pages of other sites are granted nothing, and those of Deckle need nothing.'), ...found])
    },
  }
}

function grants(headers: Headers): boolean {
  return ['*', stranger].includes(headers.get('access-control-allow-origin') ?? '')
}
