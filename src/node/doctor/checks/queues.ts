import { isJsonObject, type Json, type JsonObject } from '../../../std/json.ts'
import { fieldOf } from '../../../storage/dynamodb-items.ts'
import type { QueueName } from '../../../storage/sqs.ts'
import { queues } from '../../../storage/tables.ts'
import type { Check } from '../check.ts'
import type { Exam } from '../exam.ts'
import { troubleOf, unlessDenied } from '../failure.ts'
import { combine, type Finding, ok, problem, warning } from '../finding.ts'

const deployRemedy = 'Deploy the storage stack of this version: queues come from src/storage/tables.ts.'
/** Jobs that wait, above which somebody should look whether there are enough validators. */
const manyJobs = 1_000

/** Both queues are there and belong together, nothing was given up, and not too much waits. */
export function queuesCheck(exam: Exam): Check {
  return {
    name: 'queues',
    needs: ['credentials'],
    timeoutMs: 60_000,
    run: () => unlessDenied('see the attributes of queues', () => lookAtBoth(exam)),
  }
}

async function lookAtBoth(exam: Exam): Promise<Finding> {
  const [jobs, dead] = await Promise.all([attributesOf(exam, 'jobs'), attributesOf(exam, 'deadLetters')])
  if (jobs === undefined || dead === undefined) {
    const missing = jobs === undefined ? 'jobs' : 'deadLetters'
    return problem(`The queue ${exam.stores.sqs.queueName(missing)} is missing.`, deployRemedy)
  }
  const waiting = count(jobs, 'ApproximateNumberOfMessages')
  const lost = count(dead, 'ApproximateNumberOfMessages')
  return combine([
    ok(`${waiting} jobs wait, ${count(jobs, 'ApproximateNumberOfMessagesNotVisible')} are under way.`),
    ...redriveFlaws(jobs, dead),
    ...numberFlaws(exam, jobs, dead),
    ...(lost > 0 ? [deadLetters(lost)] : []),
    ...(waiting > manyJobs ? [backlog(waiting)] : []),
  ])
}

async function attributesOf(exam: Exam, queue: QueueName): Promise<JsonObject | undefined> {
  const { sqs } = exam.stores
  try {
    const input = { QueueUrl: await sqs.queueUrl(queue), AttributeNames: ['All'] }
    const { Attributes } = await sqs.call('GetQueueAttributes', input)
    return isJsonObject(Attributes) ? Attributes : undefined
  } catch (error) {
    if (troubleOf(error) === 'absent') return undefined
    throw error
  }
}

function redriveFlaws(jobs: JsonObject, dead: JsonObject): readonly Finding[] {
  const policy = parsed(jobs['RedrivePolicy'])
  if (fieldOf(policy, 'deadLetterTargetArn') !== dead['QueueArn']) {
    return [problem('Jobs that fail for good do not go to the dead-letter queue.', deployRemedy)]
  }
  const receives = Number(fieldOf(policy, 'maxReceiveCount'))
  if (receives === queues.jobs.maxReceives) return []
  return [warning(`Jobs are given up after ${receives} tries, and not after ${queues.jobs.maxReceives}.`, deployRemedy)]
}

function numberFlaws(exam: Exam, jobs: JsonObject, dead: JsonObject): readonly Finding[] {
  const { sqs } = exam.stores
  const expected = [
    ['jobs', jobs, 'VisibilityTimeout', queues.jobs.visibilityTimeoutS],
    ['jobs', jobs, 'MessageRetentionPeriod', queues.jobs.retentionS],
    ['deadLetters', dead, 'MessageRetentionPeriod', queues.deadLetters.retentionS],
  ] as const
  return expected
    .filter(([, attributes, name, seconds]) => count(attributes, name) !== seconds)
    .map(([queue, attributes, name, seconds]) =>
      warning(`${name} of ${sqs.queueName(queue)} is ${count(attributes, name)} s, not ${seconds}.`, deployRemedy),
    )
}

function deadLetters(lost: number): Finding {
  const message = `${lost} dead ${lost === 1 ? 'letter waits' : 'letters wait'}: jobs that the validator failed at again and again.`
  return warning(
    message,
    'Read the log of the validator (job_failed), mend the cause, then start a redrive in the SQS console.',
  )
}

function backlog(waiting: number): Finding {
  return warning(`${waiting} jobs wait.`, 'Let more validators run: raise the highest number of tasks.')
}

function parsed(text: Json | undefined): Json | undefined {
  return typeof text === 'string' ? JSON.parse(text) : undefined
}

function count(attributes: JsonObject, name: string): number {
  return Number(attributes[name] ?? 0)
}
