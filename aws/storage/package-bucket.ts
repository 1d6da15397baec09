import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule, ObjectOwnership } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { expiringPrefixes, unfinishedUploadDays } from '../../src/storage/tables.ts'
import { bucketMetricsId } from '../names.ts'

export interface PackageBucketProps {
  readonly bucketName: string
  readonly encryptionKey: IKey
  /** Whether S3 counts requests and bytes, which it asks money for. */
  readonly countsRequests: boolean
}

/**
 * Days in which a removed or replaced object can be brought back. Snapshots are rendered from what is kept, and bytes on
 * trial are nobody's yet: a day is as good as none, which S3 does not offer per prefix.
 */
const daysOfOldVersions: Readonly<Record<string, number>> = {
  'packages/': 90,
  'manifests/': 90,
  'reports/': 90,
  'snapshots/': 1,
  'staging/': 1,
  'uploads/': 1,
  'dry-runs/': 1,
}

/** All bytes: private, encrypted under the given key, reachable by TLS only, versioned. */
export class PackageBucket extends Construct {
  readonly bucket: Bucket

  constructor(scope: Construct, id: string, { bucketName, encryptionKey, countsRequests }: PackageBucketProps) {
    super(scope, id)
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.KMS,
      encryptionKey,
      // One call to KMS for many objects instead of one for each
      bucketKeyEnabled: true,
      versioned: true,
      lifecycleRules: lifecycleRules(),
      ...(countsRequests ? { metrics: [{ id: bucketMetricsId }] } : {}),
      removalPolicy: RemovalPolicy.RETAIN,
    })
  }
}

function lifecycleRules(): LifecycleRule[] {
  return [
    { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(unfinishedUploadDays) },
    // A marker of a removed object whose versions are all gone
    { id: 'empty-markers', expiredObjectDeleteMarker: true },
    ...Object.entries(expiringPrefixes).map(([prefix, days]) => ({
      id: `expire-${prefix.replace('/', '')}`,
      prefix,
      expiration: Duration.days(days),
    })),
    ...Object.entries(daysOfOldVersions).map(([prefix, days]) => ({
      id: `old-${prefix.replace('/', '')}`,
      prefix,
      noncurrentVersionExpiration: Duration.days(days),
    })),
  ]
}
