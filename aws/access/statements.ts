import { Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import { bucketArn, questionArn, queueArn, tableArn } from '../names.ts'
import { entriesOf, type Rights, type SecretName } from './rights.ts'

export interface Storage {
  readonly prefix: string
  readonly bucketKey: IKey
  readonly secrets: Readonly<Record<SecretName, ISecret>>
  /** Encrypts the secrets. */
  readonly secretsKey: IKey
}

/** The rights as statements of a role's policy, in ARNs of the scope's account and region. */
export function statementsOf(scope: Construct, storage: Storage, rights: Rights): PolicyStatement[] {
  const { prefix, bucketKey } = storage
  const perTable = entriesOf(rights.tables).map(([table, actions]) =>
    allow('dynamodb', actions, tableArn(scope, prefix, table)),
  )
  const perIndex = entriesOf(rights.indexes).map(([table, indexes]) =>
    allow('dynamodb', ['Query'], ...indexes.map((index) => `${tableArn(scope, prefix, table)}/index/${index}`)),
  )
  const perPrefix = entriesOf(rights.objects).map(([folder, actions]) =>
    allow('s3', actions, `${bucketArn(scope, prefix)}/${folder}*`),
  )
  const perQueue = entriesOf(rights.queues).map(([queue, actions]) =>
    allow('sqs', actions, queueArn(scope, prefix, queue)),
  )
  return [
    ...perTable,
    ...perIndex,
    ...perPrefix,
    listing(scope, prefix),
    throughBucket(scope, bucketKey),
    ...perQueue,
    ...readingSecrets(scope, storage, rights),
    ...(rights.questions.length === 0
      ? []
      : [allow('execute-api', ['Invoke'], ...rights.questions.map((path) => questionArn(scope, path)))]),
  ]
}

/** Without the right to list, S3 answers 403 for what is not there, and nothing could be told from an outage. */
function listing(scope: Construct, prefix: string): PolicyStatement {
  return allow('s3', ['ListBucket'], bucketArn(scope, prefix))
}

/** S3 uses the key in the name of who reads or writes; nobody may use it by itself. */
function throughBucket(scope: Construct, bucketKey: IKey): PolicyStatement {
  const statement = allow('kms', ['Decrypt', 'GenerateDataKey'], bucketKey.keyArn)
  statement.addCondition('StringEquals', { 'kms:ViaService': `s3.${Stack.of(scope).region}.amazonaws.com` })
  return statement
}

/** A secret is decrypted in the name of who reads it. */
function readingSecrets(scope: Construct, { secrets, secretsKey }: Storage, rights: Rights): PolicyStatement[] {
  const perSecret = entriesOf(rights.secrets).map(([name, actions]) =>
    allow('secretsmanager', actions, secrets[name].secretArn),
  )
  if (perSecret.length === 0) return []
  const decrypt = allow('kms', ['Decrypt'], secretsKey.keyArn)
  decrypt.addCondition('StringEquals', { 'kms:ViaService': `secretsmanager.${Stack.of(scope).region}.amazonaws.com` })
  return [...perSecret, decrypt]
}

function allow(service: string, actions: readonly string[], ...resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ actions: actions.map((action) => `${service}:${action}`), resources: [...resources] })
}
