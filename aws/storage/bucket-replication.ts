import { Stack } from 'aws-cdk-lib'
import { PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { type Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { allow, withKey } from '../access/statements.ts'
import { bucketArn, keyAlias, keyAliasArn, keyArns } from '../names.ts'

export interface BucketReplicationProps {
  readonly prefix: string
  readonly bucket: Bucket
  readonly encryptionKey: IKey
  /** Regions with a bucket of the same kind. */
  readonly to: readonly string[]
}

/** What S3 promises with replication time control, and what its metrics count from. */
const within = { minutes: 15 }

/**
 * Carries everything in a bucket, removals too, to those of other regions, and says how far behind each is. Every bucket
 * carries to every other one: what was carried is not carried on, so that nothing goes round in circles, and the home
 * region can move without a change of the buckets.
 */
export class BucketReplication extends Construct {
  constructor(scope: Construct, id: string, props: BucketReplicationProps) {
    super(scope, id)
    const { prefix, bucket, to } = props
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('s3.amazonaws.com'),
      description: 'Carries the objects of Deckle to other regions',
      // Within the role, so that they are there when the bucket is first told to use it
      inlinePolicies: { replication: new PolicyDocument({ statements: this.#statements(props) }) },
    })
    const { defaultChild } = bucket.node
    if (!(defaultChild instanceof CfnBucket)) throw new Error('the bucket is none of CloudFormation')
    defaultChild.replicationConfiguration = {
      role: role.roleArn,
      rules: to.map((region, priority) => ({
        id: `to-${region}`,
        status: 'Enabled',
        priority,
        filter: { prefix: '' },
        deleteMarkerReplication: { status: 'Enabled' },
        sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } },
        destination: {
          bucket: bucketArn(this, prefix, region),
          encryptionConfiguration: { replicaKmsKeyId: keyAliasArn(this, prefix, 'bucket', region) },
          metrics: { status: 'Enabled', eventThreshold: within },
          replicationTime: { status: 'Enabled', time: within },
        },
      })),
    }
  }

  /** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
  #statements({ prefix, encryptionKey, to }: BucketReplicationProps): PolicyStatement[] {
    const source = bucketArn(this, prefix)
    const versions = ['GetObjectVersionForReplication', 'GetObjectVersionAcl', 'GetObjectVersionTagging']
    const here = { arn: encryptionKey.keyArn }
    return [
      allow('s3', ['GetReplicationConfiguration', 'ListBucket'], source),
      allow('s3', versions, `${source}/*`),
      withKey(['Decrypt'], here, `s3.${Stack.of(this).region}.amazonaws.com`),
      ...to.flatMap((region) => [
        allow('s3', ['ReplicateObject', 'ReplicateDelete', 'ReplicateTags'], `${bucketArn(this, prefix, region)}/*`),
        withKey(
          ['Encrypt', 'GenerateDataKey'],
          { arn: keyArns(this, region), alias: keyAlias(prefix, 'bucket') },
          `s3.${region}.amazonaws.com`,
        ),
      ]),
    ]
  }
}
