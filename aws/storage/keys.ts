import { Stack } from 'aws-cdk-lib'
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import { keyAlias } from '../names.ts'

export interface StorageKeys {
  /** Encrypts what is in the bucket: whoever may read bytes needs it. */
  readonly bucketKey: Key
  /** Encrypts what is in tables and secrets. */
  readonly tableKey: Key
}

/** The keys of one region. @param areNamed whether other regions have to find them */
export function storageKeys(scope: Construct, prefix: string, areNamed: boolean): StorageKeys {
  const bucketKey = new Key(scope, 'BucketKey', { enableKeyRotation: true, description: `${prefix}bucket` })
  const tableKey = new Key(scope, 'TableKey', { enableKeyRotation: true, description: `${prefix}tables` })
  tableKey.addToResourcePolicy(throughTables(Stack.of(scope)))
  if (areNamed) {
    bucketKey.addAlias(keyAlias(prefix, 'bucket'))
    tableKey.addAlias(keyAlias(prefix, 'tables'))
  }
  return { bucketKey, tableKey }
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
