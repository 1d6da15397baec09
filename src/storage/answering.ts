import type { Platform } from '../std/platform.ts'
import { StorageError } from './aws.ts'
import type { DynamoDb } from './dynamodb.ts'
import type { S3 } from './s3.ts'

const patienceMs = 1_500

/**
 * Whether tables and bucket answer now: a small read of each, for something that is not there. A refusal is an answer
 * too. Never throws, and takes 1.5 s at most.
 */
export async function isAnswering(db: DynamoDb, s3: S3, platform: Platform): Promise<boolean> {
  const answered = new AbortController()
  const tooLate = platform.sleep(patienceMs, answered.signal).then(
    () => false,
    // The sleep was cut short by the answers.
    () => false,
  )
  const item = db.get('packages', { package: 'region-check', item: 'none' })
  const object = s3.head('snapshots/region-check')
  const both = Promise.all([item, object].map((read) => read.then(() => true, isRefusal)))
  try {
    return await Promise.race([both.then((answers) => answers.every(Boolean)), tooLate])
  } finally {
    answered.abort()
  }
}

/** An outage is no answer, or one that owns up to it; S3 says with a status of 503 that it is asked too much. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof StorageError) || error.status === 0) return false
  return error.status < 500 || error.code === 'SlowDown'
}
