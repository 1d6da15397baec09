import { buffer } from 'node:stream/consumers'
import type { AwsService } from '../../../storage/aws.ts'
import { S3 } from '../../../storage/s3.ts'
import { bucketUrl, keyPath } from '../../../storage/s3-address.ts'
import type { ListedObject } from '../../../storage/s3-objects.ts'
import type { ObjectChange, ObjectStore } from '../object-store.ts'
import { Replicator } from './replicator.ts'

/** Plays the replication of buckets: every object with its headers, and removals too, in one direction. */
export function replicateObjects(source: ObjectStore, target: AwsService): Replicator<ObjectChange> {
  return new Replicator<ObjectChange>({
    name: `s3 in ${target.region}`,
    thingOf: ({ bucket, key }) => `${bucket}/${key}`,
    catchUp: () => copyBuckets(source, target),
    carry: (change) => carry(source, target, change),
  })
}

/** As the object is now: a change that came after the noted one is carried with it. */
async function carry(source: ObjectStore, target: AwsService, { bucket, key }: ObjectChange): Promise<void> {
  const object = await source.open(bucket, key)
  if (object === undefined) return new S3({ service: target, bucket }).remove(key)
  await target.send(
    {
      operation: 'PutObject',
      method: 'PUT',
      url: `${bucketUrl(target.endpoint, bucket, 'path')}/${keyPath(key)}`,
      headers: object.label.headers,
      body: new Uint8Array(await buffer(object.content())),
      idempotent: true,
    },
    (response) => response.body?.cancel(),
  )
}

async function copyBuckets(source: ObjectStore, target: AwsService): Promise<void> {
  for (const bucket of await source.buckets()) {
    const copy = new S3({ service: target, bucket })
    const copied = new Map((await listAll(copy)).map((object) => [object.key, object]))
    const { labels } = await source.list(bucket, { prefix: '', after: '', limit: Number.MAX_SAFE_INTEGER })
    for (const { key, sizeBytes, modifiedAt } of labels) {
      const known = copied.get(key)
      copied.delete(key)
      // S3's lists know whole seconds
      const isCopied = known?.sizeBytes === sizeBytes && known.lastModified + 999 >= modifiedAt
      if (!isCopied) await carry(source, target, { bucket, key })
    }
    for (const key of copied.keys()) await copy.remove(key)
  }
}

async function listAll(s3: S3): Promise<readonly ListedObject[]> {
  const all: ListedObject[] = []
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = await s3.list('', { after })
    all.push(...page.objects)
    after = page.next
  }
  return all
}
