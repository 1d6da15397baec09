import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { ReadWriteType, Trail } from 'aws-cdk-lib/aws-cloudtrail'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { bucketName } from '../names.ts'

export interface BucketTrailProps {
  readonly prefix: string
  /** `writes`: what changes objects; `all`: also each download, at $1 a million. */
  readonly events: 'writes' | 'all'
  readonly encryptionKey: IKey
}

/** AWS's own record of who touched which object, kept for a year where nobody of the registry can write. */
export class BucketTrail extends Construct {
  constructor(scope: Construct, id: string, { prefix, events, encryptionKey }: BucketTrailProps) {
    super(scope, id)
    const log = new Bucket(this, 'Log', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: true,
      lifecycleRules: [{ expiration: Duration.days(365) }],
      removalPolicy: RemovalPolicy.RETAIN,
    })
    const trail = new Trail(this, 'Trail', {
      trailName: `${prefix}bucket`,
      bucket: log,
      encryptionKey,
      enableFileValidation: true,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
      managementEvents: ReadWriteType.NONE,
    })
    const packages = Bucket.fromBucketName(this, 'Packages', bucketName(this, prefix))
    trail.addS3EventSelector([{ bucket: packages }], {
      readWriteType: events === 'all' ? ReadWriteType.ALL : ReadWriteType.WRITE_ONLY,
      includeManagementEvents: false,
    })
  }
}
