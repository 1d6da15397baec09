import type { ServiceName } from '../../src/storage/aws.ts'
import type { ServerName } from './servers/names.ts'

/** A test of `test/contract/<file>.test.ts`. */
export interface TestName {
  readonly suite?: string
  readonly title: string
  /** What stands for `%s` in the title. */
  readonly value?: string
}

/** Where a server does other than AWS: a fault of the server, which Deckle cannot mend. */
export interface Difference {
  readonly server: ServerName
  readonly service: ServiceName
  /** Passes where everything is as AWS documents it, and fails on the server. */
  readonly shownBy: TestName
  /** What AWS does, by its documentation. */
  readonly aws: string
  /** What the server does. */
  readonly there: string
  /** Why the test is left out there instead of being expected to fail. */
  readonly leftOut?: string
}

const wrongKey = {
  suite: 'a request',
  title: 'with a wrong key is refused',
}
const unsigned = { aws: 'Refuses what is signed by a wrong key.', there: 'Looks at no signature.' }

export const differences: readonly Difference[] = [
  { server: 'dynamodb-local', service: 'dynamodb', shownBy: wrongKey, ...unsigned },
  { server: 'moto', service: 'dynamodb', shownBy: wrongKey, ...unsigned },
  { server: 'moto', service: 'sqs', shownBy: wrongKey, ...unsigned },
  {
    server: 'moto',
    service: 'sqs',
    shownBy: { title: 'a receiver can stop waiting, and takes no message with it' },
    aws: 'A receiver that hangs up gets nothing any more.',
    there: 'Goes on waiting for a receiver that is gone, and hides from all others what it gives it.',
    leftOut: 'Who gets the message is chance, and the receiver that is gone takes those of later tests.',
  },
  {
    server: 'moto',
    service: 's3',
    shownBy: { suite: 'an object', title: 'does not appear when its bytes are not those that were signed' },
    aws: 'Refuses a body of another digest than `x-amz-content-sha256`.',
    there: 'Compares no digest.',
  },
  {
    server: 'moto',
    service: 's3',
    shownBy: { suite: 'a condition', title: 'on the destination of a copy lets one of many through' },
    aws: '`CopyObject` heeds `If-None-Match: *`.',
    there: 'Copies in any case.',
  },
  {
    server: 'moto',
    service: 's3',
    shownBy: { suite: 'an upload in parts', title: 'becomes one object' },
    aws: '`ListParts` answers with a `ListPartsResult`.',
    there: 'Answers with a `ListPartsResponse`.',
  },
  {
    server: 'moto',
    service: 's3',
    shownBy: { suite: 'an upload in parts', title: 'takes parts by link' },
    aws: '`ListParts` answers with a `ListPartsResult`.',
    there: 'Answers with a `ListPartsResponse`.',
  },
  {
    server: 'moto',
    service: 's3',
    shownBy: { suite: 'an upload in parts', title: 'that was aborted is gone, which may be said twice' },
    aws: '`CompleteMultipartUpload` of an upload that is gone is `NoSuchUpload`.',
    there: 'Answers 500.',
  },
  {
    server: 'moto',
    service: 's3',
    shownBy: {
      suite: 'an upload in parts',
      title: 'is refused when its parts are not in order, before their size is looked at',
    },
    aws: 'Parts out of order are `InvalidPartOrder`, whatever their size.',
    there: 'Looks at sizes first.',
  },
  {
    server: 'moto',
    service: 's3',
    shownBy: { suite: 'a link', title: 'answers HEAD only when it was signed for HEAD, as S3 does' },
    aws: 'A link is good for the method that it was signed for.',
    there: 'Looks at no signature.',
  },
  {
    server: 'moto',
    service: 's3',
    shownBy: { suite: 'a link', title: 'ends' },
    aws: 'A link ends when its time is over.',
    there: 'Links are good for ever.',
  },
  {
    server: 'moto',
    service: 's3',
    shownBy: { suite: 'a link', title: 'does for nothing but what it was signed for' },
    aws: 'A link is good for one object.',
    there: 'Looks at no signature.',
  },
  {
    server: 'moto',
    service: 's3',
    shownBy: { suite: 'a link', title: 'is refused beside an Authorization header' },
    aws: 'A link that comes with an `Authorization` header is refused.',
    there: 'Takes no notice of the header.',
  },
  {
    server: 'moto',
    service: 's3',
    shownBy: { suite: 'whoever has no key', title: 'gets nothing' },
    aws: 'Refuses who has no key.',
    there: 'Lets everybody do everything.',
  },
  {
    server: 'moto',
    service: 's3',
    shownBy: { suite: 'whoever has no key', title: 'gets nothing with a wrong key either' },
    ...unsigned,
  },
  {
    server: 'versitygw',
    service: 's3',
    shownBy: { suite: 'an object', title: 'can have the key %s', value: 'a/b/c' },
    aws: 'Keys are texts: there can be `a/b` and `a/b/c`.',
    there: 'Keys are paths: `a/b` is a file, so that nothing can be below it.',
  },
  {
    server: 'versitygw',
    service: 's3',
    shownBy: { suite: 'a condition', title: 'on the destination of a copy lets one of many through' },
    aws: '`CopyObject` heeds `If-None-Match: *`.',
    there: 'Copies in any case.',
  },
  {
    server: 'versitygw',
    service: 's3',
    shownBy: {
      suite: 'an upload in parts',
      title: 'is refused when its parts are not in order, before their size is looked at',
    },
    aws: 'Parts out of order are `InvalidPartOrder`, whatever their size.',
    there: 'Looks at sizes first.',
  },
  {
    server: 'versitygw',
    service: 's3',
    shownBy: { suite: 'a link', title: 'is refused beside an Authorization header' },
    aws: 'A link that comes with an `Authorization` header is refused.',
    there: 'Takes no notice of the header.',
  },
  {
    server: 'versitygw',
    service: 's3',
    shownBy: { suite: 'whoever has no key', title: 'gets nothing with a wrong key either' },
    aws: 'An unknown key is 403 `InvalidAccessKeyId`.',
    there: 'Refuses it with 404 `XAdminUserNotFound`.',
  },
]

/** As vitest names it. */
export function fullNameOf({ suite, title, value }: TestName): string {
  const formatted = value === undefined ? title : title.replace('%s', value)
  return suite === undefined ? formatted : `${suite} > ${formatted}`
}
