import { Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { queues, type TableName } from '../src/storage/tables.ts'
import type { QueueName } from './access/rights.ts'

/**
 * Names and ARNs of what the storage stack makes, told from the prefix alone. The product finds tables and queues by
 * name too, and stacks that take no outputs of one another can be changed one by one.
 */
export function bucketName(scope: Construct, prefix: string): string {
  const { account, region } = Stack.of(scope)
  return `${prefix}${account}-${region}`
}

export function bucketArn(scope: Construct, prefix: string): string {
  return `arn:${Stack.of(scope).partition}:s3:::${bucketName(scope, prefix)}`
}

export function tableArn(scope: Construct, prefix: string, table: TableName): string {
  return Stack.of(scope).formatArn({ service: 'dynamodb', resource: 'table', resourceName: `${prefix}${table}` })
}

export function queueArn(scope: Construct, prefix: string, queue: QueueName): string {
  return Stack.of(scope).formatArn({ service: 'sqs', resource: `${prefix}${queues[queue].name}` })
}

/** What API Gateway has before the paths of the validators. */
export const validatorsPath = '/-/validators'

/** A question to the validators. Which API leads to them only the front desk knows; no other has such a path. */
export function questionArn(scope: Construct, path: string): string {
  return Stack.of(scope).formatArn({
    service: 'execute-api',
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
