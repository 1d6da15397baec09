import { expect, test } from 'vitest'
import { isAnswering } from '../../../src/storage/answering.ts'
import { AwsService, type ServiceName } from '../../../src/storage/aws.ts'
import { staticCredentials } from '../../../src/storage/credentials.ts'
import { DynamoDb } from '../../../src/storage/dynamodb.ts'
import { S3 } from '../../../src/storage/s3.ts'
import { keyPair, type Step, scripted, throttled } from './scripted-platform.ts'

const fine: Step = { status: 200, body: '{}' }
const none: Step = { status: 404 }
const outage: Step = { status: 500 }

/** The first step is the table's, the second the bucket's; whoever repeats its request gets the rest. */
function asked(...steps: readonly Step[]): Promise<boolean> {
  const platform = scripted(...steps)
  const service = (name: ServiceName) =>
    new AwsService({ service: name, region: 'eu-west-1', credentials: staticCredentials(keyPair), platform })
  const db = new DynamoDb({ service: service('dynamodb'), tablePrefix: 'deckle-' })
  return isAnswering(db, new S3({ service: service('s3'), bucket: 'packages' }), platform)
}

test('storage answers when tables and bucket do, whatever they say', async () => {
  expect(await asked(fine, none)).toBe(true)
  expect(await asked({ status: 400, body: { __type: 'AccessDeniedException' } }, { status: 403 })).toBe(true)
  const throttledForGood = [throttled, none, throttled, throttled, throttled]
  expect(await asked(...throttledForGood)).toBe(true)
})

test('storage does not answer when tables or bucket do not', async () => {
  expect(await asked(outage, none, outage, outage, outage)).toBe(false)
  expect(await asked(fine, 'broken', 'broken', 'broken', 'broken')).toBe(false)
  expect(await asked(fine, 'silent')).toBe(false)
})
