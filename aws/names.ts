import { Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { queues, type TableName } from '../src/storage/tables.ts'
import type { QueueName, SecretName } from './access/rights.ts'

/**
 * Names and ARNs of what the storage stacks make, told from the prefix alone. The product finds tables and queues by
 * name too, and stacks that take no outputs of one another can be changed one by one, and lie in several regions.
 * Without a region, that of the scope's stack is meant.
 */
export function bucketName(scope: Construct, prefix: string, region = Stack.of(scope).region): string {
  return `${prefix}${Stack.of(scope).account}-${region}`
}

export function bucketArn(scope: Construct, prefix: string, region?: string): string {
  return `arn:${Stack.of(scope).partition}:s3:::${bucketName(scope, prefix, region)}`
}

export function tableArn(scope: Construct, prefix: string, table: TableName, region?: string): string {
  return arnOf(scope, region, { service: 'dynamodb', resource: 'table', resourceName: `${prefix}${table}` })
}

export function queueArn(scope: Construct, prefix: string, queue: QueueName, region?: string): string {
  return arnOf(scope, region, { service: 'sqs', resource: `${prefix}${queues[queue].name}` })
}

/** The end of a secret's ARN is made up by Secrets Manager. */
export function secretArns(scope: Construct, prefix: string, secret: SecretName, region: string): string {
  const resource = `secret:${prefix}${secret}-??????`
  return arnOf(scope, region, { service: 'secretsmanager', resource })
}

/** The name of a key. Its ARN is known to its own stack alone. */
export function keyAlias(prefix: string, key: 'bucket' | 'tables'): string {
  return `alias/${prefix}${key}`
}

export function keyAliasArn(scope: Construct, prefix: string, key: 'bucket' | 'tables', region: string): string {
  return arnOf(scope, region, { service: 'kms', resource: keyAlias(prefix, key) })
}

export function keyArns(scope: Construct, region: string): string {
  return arnOf(scope, region, { service: 'kms', resource: 'key', resourceName: '*' })
}

type Parts = Omit<Parameters<Stack['formatArn']>[0], 'region'>

function arnOf(scope: Construct, region: string | undefined, parts: Parts): string {
  return Stack.of(scope).formatArn({ ...parts, ...(region === undefined ? {} : { region }) })
}

/** What API Gateway has before the paths of the validators. */
export const validatorsPath = '/-/validators'

/** A question to the validators. Which API leads to them only the front desk knows; no other has such a path. */
export function questionArn(scope: Construct, path: string, region: string): string {
  return Stack.of(scope).formatArn({
    service: 'execute-api',
    region,
    resource: '*',
    resourceName: `*/POST${validatorsPath}${path}`,
  })
}

/** Of the metrics that services count themselves. */
export function metricsNamespace(prefix: string): string {
  return `${prefix}registry`
}

/** Of what S3 counts in the whole bucket. */
export const bucketMetricsId = 'EntireBucket'
