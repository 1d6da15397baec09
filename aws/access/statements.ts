import { Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { bucketArn, keyAlias, keyArns, questionArn, queueArn, secretArns, tableArn } from '../names.ts'
import { copyRights, entriesOf, type Rights, requestPathRights, type SecretName } from './rights.ts'

/** A key, by its ARN; or, where that is not known, all of a region that have the alias. */
interface KeyRef {
  readonly arn: string
  readonly alias?: string
}

/** What a region holds, as far as rights name it. */
export interface Storage {
  readonly prefix: string
  readonly region: string
  readonly bucketKey: KeyRef
  readonly secretArns: Readonly<Record<SecretName, string>>
  /** Encrypts the secrets. */
  readonly secretsKey: KeyRef
}

/** The storage of all regions: what is written to, and what is only read. */
export interface Storages {
  readonly home: Storage
  readonly copies: readonly Storage[]
}

/** The storage of another region than the scope's, told by names. */
export function storageElsewhere(scope: Construct, prefix: string, region: string): Storage {
  const arn = keyArns(scope, region)
  return {
    prefix,
    region,
    bucketKey: { arn, alias: keyAlias(prefix, 'bucket') },
    secretArns: {
      'session-keys': secretArns(scope, prefix, 'session-keys', region),
      'secret-key': secretArns(scope, prefix, 'secret-key', region),
    },
    secretsKey: { arn, alias: keyAlias(prefix, 'tables') },
  }
}

/** The storage of all regions as a stack sees it: keys and secrets of its own region alone have ARNs that it can know. */
export function seenFrom(scope: Construct, home: string, storages: readonly Storage[]): Storages {
  const { region } = Stack.of(scope)
  const seen = storages.map((one) => (one.region === region ? one : storageElsewhere(scope, one.prefix, one.region)))
  const [found, ...copies] = [...seen].sort((a, b) => Number(b.region === home) - Number(a.region === home))
  if (found === undefined) throw new Error('there is no storage')
  return { home: found, copies }
}

/** What serves clients does all in the home region, and in the others it reads. */
export function requestPathStatements(scope: Construct, { home, copies }: Storages): PolicyStatement[] {
  return [
    ...statementsOf(scope, home, requestPathRights),
    ...copies.flatMap((copy) => statementsOf(scope, copy, copyRights)),
  ]
}

/** The rights as statements of a role's policy, in ARNs of the scope's account and the storage's region. */
export function statementsOf(scope: Construct, storage: Storage, rights: Rights): PolicyStatement[] {
  const { prefix, region } = storage
  const perTable = entriesOf(rights.tables).map(([table, actions]) =>
    allow('dynamodb', actions, tableArn(scope, prefix, table, region)),
  )
  const perIndex = entriesOf(rights.indexes).map(([table, indexes]) =>
    allow('dynamodb', ['Query'], ...indexes.map((index) => `${tableArn(scope, prefix, table, region)}/index/${index}`)),
  )
  const perPrefix = entriesOf(rights.objects).map(([folder, actions]) =>
    allow('s3', actions, `${bucketArn(scope, prefix, region)}/${folder}*`),
  )
  const perQueue = entriesOf(rights.queues).map(([queue, actions]) =>
    allow('sqs', actions, queueArn(scope, prefix, queue, region)),
  )
  return [
    ...perTable,
    ...perIndex,
    ...perPrefix,
    // Without the right to list, S3 answers 403 for what is not there, and nothing could be told from an outage
    allow('s3', ['ListBucket'], bucketArn(scope, prefix, region)),
    throughBucket(storage, rights),
    ...perQueue,
    ...readingSecrets(storage, rights),
    ...(rights.questions.length === 0
      ? []
      : [allow('execute-api', ['Invoke'], ...rights.questions.map((path) => questionArn(scope, path, region)))]),
  ]
}

/** S3 uses the key in the name of who reads or writes; nobody may use it by itself. */
function throughBucket({ bucketKey, region }: Storage, { objects }: Rights): PolicyStatement {
  const writes = Object.values(objects).some((actions) => actions.includes('PutObject'))
  return withKey(writes ? ['Decrypt', 'GenerateDataKey'] : ['Decrypt'], bucketKey, `s3.${region}.amazonaws.com`)
}

/** A secret is decrypted in the name of who reads it. */
function readingSecrets({ secretArns: arns, secretsKey, region }: Storage, rights: Rights): PolicyStatement[] {
  const perSecret = entriesOf(rights.secrets).map(([name, actions]) => allow('secretsmanager', actions, arns[name]))
  if (perSecret.length === 0) return []
  return [...perSecret, withKey(['Decrypt'], secretsKey, `secretsmanager.${region}.amazonaws.com`)]
}

/** The right to a key, by way of one service. */
export function withKey(actions: readonly string[], { arn, alias }: KeyRef, viaService: string): PolicyStatement {
  const statement = allow('kms', actions, arn)
  statement.addCondition('StringEquals', { 'kms:ViaService': viaService })
  if (alias !== undefined) statement.addCondition('ForAnyValue:StringEquals', { 'kms:ResourceAliases': alias })
  return statement
}

export function allow(service: string, actions: readonly string[], ...resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ actions: actions.map((action) => `${service}:${action}`), resources: [...resources] })
}
