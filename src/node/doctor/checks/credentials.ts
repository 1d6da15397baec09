import type { Check } from '../check.ts'
import type { Exam } from '../exam.ts'
import { findingOf, troubleOf } from '../failure.ts'
import { combine, type Finding, ok } from '../finding.ts'

/**
 * Each of the three services takes the signature. What the credentials may do is for other checks: here it is enough
 * that a service knows who is asking.
 */
export function credentialsCheck(exam: Exam): Check {
  const { db, s3, sqs } = exam.stores
  return {
    name: 'credentials',
    needs: ['clock'],
    timeoutMs: 60_000,
    async run() {
      const found = await Promise.all([
        known(db.get('users', { account: `doctor-${exam.id}` })),
        // Not HEAD, whose refusals have no code to tell them apart by
        known(s3.getBytes(exam.trial.key, 1_000)),
        known(sqs.queueUrl('jobs')),
      ])
      return combine([ok('DynamoDB, S3 and SQS know these credentials.'), ...found.flat()])
    },
  }
}

async function known(request: Promise<unknown>): Promise<readonly Finding[]> {
  try {
    await request
  } catch (error) {
    const trouble = troubleOf(error)
    if (trouble === undefined || trouble === 'identity' || trouble === 'region' || trouble === 'unreachable') {
      return [findingOf(error)]
    }
  }
  return []
}
