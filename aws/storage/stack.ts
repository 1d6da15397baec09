import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import type { SecretName } from '../access/rights.ts'
import { bucketName } from '../names.ts'
import type { Settings } from '../settings.ts'
import { PackageBucket } from './package-bucket.ts'
import { Queues } from './queues.ts'
import { SessionKeys } from './session-keys.ts'
import { Tables } from './tables.ts'

export interface StorageStackProps extends StackProps {
  readonly settings: Settings
}

/** Everything that is kept: removing the stack leaves tables, bucket, keys and secret behind. */
export class StorageStack extends Stack {
  /** Encrypts what is in the bucket: whoever may read bytes needs it. */
  readonly bucketKey: Key
  readonly secrets: Readonly<Record<SecretName, Secret>>
  /** Encrypts what is in tables and secrets. */
  readonly tableKey: Key

  constructor(scope: Construct, id: string, { settings, ...props }: StorageStackProps) {
    super(scope, id, { ...props, description: 'Deckle: tables, bucket, queues, keys' })
    const { prefix } = settings
    this.bucketKey = new Key(this, 'BucketKey', { enableKeyRotation: true, description: `${prefix}bucket` })
    this.tableKey = new Key(this, 'TableKey', { enableKeyRotation: true, description: `${prefix}tables` })
    this.tableKey.addToResourcePolicy(throughTables(this))
    new PackageBucket(this, 'Packages', {
      bucketName: bucketName(this, prefix),
      encryptionKey: this.bucketKey,
      countsRequests: settings.bucketMetrics,
    })
    new Tables(this, 'Tables', { prefix, encryptionKey: this.tableKey })
    new Queues(this, 'Queues', { prefix })
    this.secrets = {
      'session-keys': new SessionKeys(this, 'SessionKeys', { prefix, encryptionKey: this.tableKey }).secret,
      'secret-key': this.#secretKey(prefix),
    }
    new CfnOutput(this, 'BucketName', { value: bucketName(this, prefix), description: 'DECKLE_BUCKET' })
  }

  /** Encrypts the secrets of second factors in the tables: never rotated, since they would be lost with it. */
  #secretKey(prefix: string): Secret {
    return new Secret(this, 'SecretKey', {
      secretName: `${prefix}secret-key`,
      description: 'Encrypts what the registry must be able to read again; never to be changed',
      encryptionKey: this.tableKey,
      // 64 of a-z, A-Z and 0-9: base64url of 48 bytes, of which 32 are used
      generateSecretString: { passwordLength: 64, excludePunctuation: true, requireEachIncludedType: false },
      removalPolicy: RemovalPolicy.RETAIN,
    })
  }
}

/**
 * DynamoDB uses the key in the name of whoever may read or write a table, as it does with a key of AWS's own: what a
 * role may do is said once, by table, in `access/`.
 */
function throughTables({ account, region }: Stack): PolicyStatement {
  return new PolicyStatement({
    sid: 'ThroughTables',
    principals: [new AnyPrincipal()],
    actions: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:CreateGrant',
      'kms:DescribeKey',
    ],
    resources: ['*'],
    conditions: {
      StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `dynamodb.${region}.amazonaws.com` },
    },
  })
}
