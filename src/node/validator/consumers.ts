import { type Message, SQSClient } from '@aws-sdk/client-sqs'
import { Consumer } from 'sqs-consumer'
import type { Config } from '../../config.ts'
import { log } from '../../std/log.ts'
import { webPlatform } from '../../std/platform.ts'
import { queues } from '../../storage/tables.ts'
import { wireCredentials } from '../../wire-credentials.ts'

type Handle = (job: ReceivedJob) => Promise<void>

const { visibilityTimeoutS } = queues.jobs

export interface ReceivedJob {
  readonly body: string
  /** Milliseconds since the epoch; absent when the queue does not say. */
  readonly sentAt?: number
}

/**
 * Consumers of the job queue, each with one job at a time. A job that fails is delivered again once its visibility
 * ends; long ones are kept invisible by a heartbeat, so that a consumer that is killed gives its job back within
 * `visibilityTimeoutS`.
 */
export function createConsumers(
  config: Config,
  queueUrl: string,
  count: number,
  handle: Handle,
): { stop(): Promise<void> } {
  const sqs = createClient(config)
  let stopping = false
  // The long poll that a stop cuts short is no failure
  const failed = (error: Error) => {
    if (!stopping) log('error', 'queue_failed', 'the queue cannot be read; tried again', { error })
  }
  const consumers = Array.from({ length: count }, () => createConsumer(sqs, queueUrl, handle).on('error', failed))
  for (const consumer of consumers) consumer.start()
  return {
    async stop() {
      stopping = true
      await Promise.all(consumers.map(stopConsumer))
      sqs.destroy()
    },
  }
}

function createConsumer(sqs: SQSClient, queueUrl: string, handle: Handle): Consumer {
  const consumer = Consumer.create({
    queueUrl,
    sqs,
    batchSize: 1,
    visibilityTimeout: visibilityTimeoutS,
    heartbeatInterval: Math.floor(visibilityTimeoutS / 3),
    messageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
    terminateVisibilityTimeout: ([message]) => retryAfterS(Number(message?.Attributes?.ApproximateReceiveCount ?? 1)),
    waitTimeSeconds: 20,
    // A dead queue server is asked again soon: publishers are waiting
    authenticationErrorTimeout: 2_000,
    pollingCompleteWaitTimeMs: 25_000,
    handleMessage: async (message) => {
      await handle(receivedJob(message))
      return message
    },
  })
  consumer.on('processing_error', (error, message) => {
    log('error', 'job_failed', `message ${message.MessageId}: delivered again later`, { error })
  })
  return consumer
}

function receivedJob({ Body, Attributes }: Message): ReceivedJob {
  const sentAt = Number(Attributes?.SentTimestamp)
  return { body: Body ?? '', ...(Number.isFinite(sentAt) ? { sentAt } : {}) }
}

/** A job that failed comes back after 2, 4, 8 and 16 seconds, then moves to the dead-letter queue. */
function retryAfterS(receives: number): number {
  return Math.min(visibilityTimeoutS, 2 ** receives)
}

/** Ends the long poll at once; a job that was begun is finished. */
function stopConsumer(consumer: Consumer): Promise<void> {
  return new Promise((resolve) => {
    consumer.once('stopped', () => resolve())
    consumer.stop({ abort: true })
  })
}

function createClient(config: Config): SQSClient {
  const { region, sqsEndpoint } = config.storage
  const credentials = wireCredentials(config, webPlatform)
  return new SQSClient({
    region,
    credentials: async () => {
      const { expiresAt, ...session } = await credentials()
      return { ...session, ...(expiresAt === undefined ? {} : { expiration: new Date(expiresAt) }) }
    },
    ...(sqsEndpoint === undefined ? {} : { endpoint: sqsEndpoint }),
  })
}
