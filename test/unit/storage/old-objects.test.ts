import { expect, test } from 'vitest'
import { AwsService } from '../../../src/storage/aws.ts'
import { staticCredentials } from '../../../src/storage/credentials.ts'
import { OldObjects } from '../../../src/storage/old-objects.ts'
import { S3 } from '../../../src/storage/s3.ts'
import { keyPair, scripted } from './scripted-platform.ts'

/** As S3 lists a key that was replaced, then removed, and one that begins like it. */
const listing = `<ListVersionsResult><IsTruncated>false</IsTruncated>
  <DeleteMarker><Key>a/b</Key><VersionId>gone</VersionId></DeleteMarker>
  <Version><Key>a/b</Key><VersionId>new+/=</VersionId></Version>
  <Version><Key>a/b</Key><VersionId>old</VersionId></Version>
  <Version><Key>a/bc</Key><VersionId>other</VersionId></Version>
</ListVersionsResult>`
const copied = '<CopyObjectResult><ETag>"x"</ETag></CopyObjectResult>'
const of = (upload: string) => ({ status: 200, headers: { 'x-amz-meta-upload': upload } })

test('the newest old version that is wanted is copied to its own key, and what says "removed" is passed over', async () => {
  const platform = scripted({ status: 200, body: listing }, of('theirs'), of('ours'), { status: 200, body: copied })
  const service = new AwsService({
    service: 's3',
    region: 'eu-west-1',
    credentials: staticCredentials(keyPair),
    platform,
  })
  const old = new OldObjects(new S3({ service, bucket: 'packages' }))
  const found = await old.find('a/b', ({ metadata }) => metadata['upload'] === 'ours')
  expect(found).toEqual({ key: 'a/b', versionId: 'old' })
  await old.bringBack({ key: 'a/b', versionId: 'new+/=' })
  const host = 'https://packages.s3.eu-west-1.amazonaws.com'
  expect(platform.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    `GET ${host}/?versions=&prefix=a%2Fb`,
    `HEAD ${host}/a/b?versionId=new%2B%2F%3D`,
    `HEAD ${host}/a/b?versionId=old`,
    `PUT ${host}/a/b`,
  ])
  expect(platform.requests.at(-1)?.headers.get('x-amz-copy-source')).toBe('/packages/a/b?versionId=new%2B%2F%3D')
})
