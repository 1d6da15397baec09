import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { type Storage, storageElsewhere } from '../access/statements.ts'
import { bucketName } from '../names.ts'
import type { Settings } from '../settings.ts'
import { BucketReplication } from './bucket-replication.ts'
import { storageKeys } from './keys.ts'
import { PackageBucket } from './package-bucket.ts'
import { Queues } from './queues.ts'

export interface ReplicaStackProps extends StackProps {
  readonly settings: Settings
  /** All regions but this one. */
  readonly others: readonly string[]
}

/**
 * Storage in a further region: its own bucket, keys and queues. The copies of the tables and of the secrets are made by
 * the storage stack, which has the originals, under the keys of this one.
 */
export class ReplicaStack extends Stack {
  readonly storage: Storage

  constructor(scope: Construct, id: string, { settings, others, ...props }: ReplicaStackProps) {
    super(scope, id, { ...props, description: 'Deckle: a copy of the bucket, queues, keys' })
    const { prefix } = settings
    const { bucketKey, tableKey } = storageKeys(this, prefix, true)
    const { bucket } = new PackageBucket(this, 'Packages', {
      bucketName: bucketName(this, prefix),
      encryptionKey: bucketKey,
      countsRequests: settings.bucketMetrics,
    })
    new BucketReplication(this, 'Replication', { prefix, bucket, encryptionKey: bucketKey, to: others })
    new Queues(this, 'Queues', { prefix })
    this.storage = {
      ...storageElsewhere(this, prefix, this.region),
      bucketKey: { arn: bucketKey.keyArn },
      secretsKey: { arn: tableKey.keyArn },
    }
    new CfnOutput(this, 'BucketName', { value: bucketName(this, prefix), description: 'bucket in DECKLE_REGIONS' })
  }
}
