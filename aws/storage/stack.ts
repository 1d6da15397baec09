import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import type { Storage } from '../access/statements.ts'
import { bucketName, keyAliasArn } from '../names.ts'
import type { Settings } from '../settings.ts'
import { BucketReplication } from './bucket-replication.ts'
import { storageKeys } from './keys.ts'
import { PackageBucket } from './package-bucket.ts'
import { Queues } from './queues.ts'
import { SessionKeys } from './session-keys.ts'
import { Tables } from './tables.ts'

export interface StorageStackProps extends StackProps {
  readonly settings: Settings
}

/** Everything that is kept: removing the stack leaves tables, bucket, keys and secret behind. */
export class StorageStack extends Stack {
  readonly storage: Storage
  readonly #tableKey: Key

  constructor(scope: Construct, id: string, { settings, ...props }: StorageStackProps) {
    super(scope, id, { ...props, description: 'Deckle: tables, bucket, queues, keys' })
    const { prefix } = settings
    const copies = settings.replicas.map(({ region }) => region)
    const { bucketKey, tableKey } = storageKeys(this, prefix, copies.length > 0)
    const { bucket } = new PackageBucket(this, 'Packages', {
      bucketName: bucketName(this, prefix),
      encryptionKey: bucketKey,
      countsRequests: settings.bucketMetrics,
    })
    if (copies.length > 0) {
      new BucketReplication(this, 'Replication', { prefix, bucket, encryptionKey: bucketKey, to: copies })
    }
    this.#tableKey = tableKey
    new Tables(this, 'Tables', { prefix, encryptionKey: tableKey, copies, guardCopies: settings.replicaPolicies })
    new Queues(this, 'Queues', { prefix })
    const secrets = {
      'session-keys': new SessionKeys(this, 'SessionKeys', { prefix, encryptionKey: tableKey }).secret,
      'secret-key': this.#secretKey(prefix),
    }
    for (const secret of Object.values(secrets)) this.#copySecret(secret, prefix, copies)
    this.storage = {
      prefix,
      region: this.region,
      bucketKey: { arn: bucketKey.keyArn },
      secretArns: {
        'session-keys': secrets['session-keys'].secretArn,
        'secret-key': secrets['secret-key'].secretArn,
      },
      secretsKey: { arn: tableKey.keyArn },
    }
    new CfnOutput(this, 'BucketName', { value: bucketName(this, prefix), description: 'DECKLE_BUCKET' })
  }

  /** Encrypts the secrets of second factors in the tables: never rotated, since they would be lost with it. */
  #secretKey(prefix: string): Secret {
    return new Secret(this, 'SecretKey', {
      secretName: `${prefix}secret-key`,
      description: 'Encrypts what the registry must be able to read again; never to be changed',
      encryptionKey: this.#tableKey,
      // 64 of a-z, A-Z and 0-9: base64url of 48 bytes, of which 32 are used
      generateSecretString: { passwordLength: 64, excludePunctuation: true, requireEachIncludedType: false },
      removalPolicy: RemovalPolicy.RETAIN,
    })
  }

  /** To each copy's region, where it is encrypted under that region's key. */
  #copySecret({ node }: Secret, prefix: string, regions: readonly string[]): void {
    if (regions.length === 0) return
    const { defaultChild } = node
    if (!(defaultChild instanceof CfnSecret)) throw new Error('the secret is none of CloudFormation')
    defaultChild.replicaRegions = regions.map((region) => ({
      region,
      kmsKeyId: keyAliasArn(this, prefix, 'tables', region),
    }))
  }
}
