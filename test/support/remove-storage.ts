import type { ServiceName } from '../../src/storage/aws.ts'
import { bucketUrl } from '../../src/storage/s3-address.ts'
import type { QueueName } from '../../src/storage/sqs.ts'
import { queues, type TableName, tables } from '../../src/storage/tables.ts'
import type { StorageClients } from './storage-clients.ts'

const tableNames = Object.keys(tables) as readonly TableName[]
const queueNames = Object.keys(queues) as readonly QueueName[]

/** Removes what a run of tests made on somebody's storage: the bucket with all in it, the tables and the queues. */
export async function removeStorage(made: StorageClients, services: readonly ServiceName[]): Promise<void> {
  const { dynamodb, sqs } = made
  const removers: Readonly<Record<ServiceName, () => Promise<unknown>>> = {
    s3: () => removeBucket(made),
    dynamodb: () =>
      Promise.all(tableNames.map((table) => dynamodb.call('DeleteTable', { TableName: dynamodb.tableName(table) }))),
    sqs: () =>
      Promise.all(queueNames.map(async (queue) => sqs.call('DeleteQueue', { QueueUrl: await sqs.queueUrl(queue) }))),
  }
  await Promise.all(services.map((name) => removers[name]()))
}

async function removeBucket({ s3, service, bucket }: StorageClients): Promise<void> {
  for (let page = await s3.list(''); page.objects.length > 0; page = await s3.list('')) {
    await Promise.all(page.objects.map(({ key }) => s3.remove(key)))
  }
  const url = bucketUrl(service('s3').endpoint, bucket, 'path')
  const request = { operation: 'DeleteBucket', method: 'DELETE', url, idempotent: true } as const
  await service('s3').send(request, (response) => response.body?.cancel())
}
