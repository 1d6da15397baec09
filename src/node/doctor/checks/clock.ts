import type { Check } from '../check.ts'
import type { Exam } from '../exam.ts'
import { combine, type Finding, ok, problem, skipped, warning } from '../finding.ts'

/**
 * The most that a clock may be wrong before AWS refuses signatures: 5 minutes for DynamoDB and SQS, 15 for S3.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
const mostSkewMs = 5 * 60_000
const noticeableMs = 30_000

const services = ['s3', 'dynamodb', 'sqs'] as const

/** The clock of this machine, against those that judge its signatures. Needs no credentials, and no right. */
export function clockCheck(exam: Exam): Check {
  return {
    name: 'clock',
    needs: [],
    async run(signal) {
      const found = await Promise.all(
        services.map(async (service) => {
          const theirs = await aheadOfUs(exam, `${exam.service(service).endpoint}/`, signal)
          return theirs === undefined ? [] : skewOf(`This machine, compared with ${service},`, -theirs, machineRemedy)
        }),
      )
      return combine([ok('This machine, S3, DynamoDB and SQS agree on the time.'), ...found.flat()])
    },
  }
}

/** The clock of the edge, against that of storage: it signs links, and ends sessions. */
export function edgeClockCheck(exam: Exam): Check {
  return {
    name: 'edge-clock',
    needs: ['edge', 'clock'],
    async run(signal) {
      const [edge, storage] = await Promise.all([
        aheadOfUs(exam, `${exam.config.publicUrl}/-/ping`, signal),
        aheadOfUs(exam, `${exam.service('s3').endpoint}/`, signal),
      ])
      if (edge === undefined) return skipped('The edge does not say what time it is; on Cloudflare it does.')
      if (storage === undefined) return skipped('Storage does not say what time it is.')
      const found = skewOf('The edge, compared with S3,', edge - storage, edgeRemedy)
      return combine([ok('The edge and S3 agree on the time.'), ...found])
    },
  }
}

const machineRemedy = 'Set the clock of this machine by NTP.'
const edgeRemedy = 'Set the clock of the machine that runs the edge, or look for a cache that answers in its place.'

/** How far, in milliseconds, the clock of whoever answers is ahead of ours; undefined when the answer has no date. */
async function aheadOfUs(exam: Exam, url: string, signal: AbortSignal): Promise<number | undefined> {
  const askedAt = exam.platform.now()
  const { headers } = await exam.ask(url, signal)
  const answeredAt = exam.platform.now()
  const date = Date.parse(headers.get('date') ?? '')
  // The header is cut off to whole seconds
  return Number.isNaN(date) ? undefined : date + 500 - (askedAt + answeredAt) / 2
}

function skewOf(whose: string, aheadMs: number, remedy: string): readonly Finding[] {
  const skewMs = Math.abs(aheadMs)
  if (skewMs < noticeableMs) return []
  const message = `${whose} is ${Math.round(skewMs / 1_000)} s ${aheadMs > 0 ? 'ahead' : 'behind'}; signatures are refused from ${mostSkewMs / 1_000} s on.`
  return [skewMs < mostSkewMs ? warning(message, remedy) : problem(message, remedy)]
}
