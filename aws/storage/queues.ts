import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { queues } from '../../src/storage/tables.ts'

/**
 * The queues of `src/storage/tables.ts`. Encrypted under a key of SQS: a job holds the name of a package and nothing
 * else, and a key of our own would be asked, and paid, at every poll.
 */
export class Queues extends Construct {
  constructor(scope: Construct, id: string, { prefix }: { readonly prefix: string }) {
    super(scope, id)
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, removalPolicy: RemovalPolicy.DESTROY }
    const deadLetters = new Queue(this, 'DeadLetters', {
      ...common,
      queueName: `${prefix}${queues.deadLetters.name}`,
      retentionPeriod: Duration.seconds(queues.deadLetters.retentionS),
    })
    new Queue(this, 'Jobs', {
      ...common,
      queueName: `${prefix}${queues.jobs.name}`,
      visibilityTimeout: Duration.seconds(queues.jobs.visibilityTimeoutS),
      retentionPeriod: Duration.seconds(queues.jobs.retentionS),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: queues.jobs.maxReceives },
    })
  }
}
