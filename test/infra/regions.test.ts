import { Match, type Template } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseSettings } from '../../aws/settings.ts'
import { tables } from '../../src/storage/tables.ts'
import { statementsIn } from './support/policies.ts'
import { settings, synthesise } from './support/synthesised.ts'

let stacks: Readonly<Record<string, Template>>

// cdk-nag has its say here too
beforeAll(() => {
  stacks = synthesise({ replicas: 'us-east-2', replicaPolicies: 'true' })
})

const stack = (name: string): Template => stacks[`Deckle${name}`] ?? expect.unreachable(`there is no stack ${name}`)
const aliasIn = (region: string, name: string) => ({
  'Fn::Join': [
    '',
    ['arn:', { Ref: 'AWS::Partition' }, `:kms:${region}:`, { Ref: 'AWS::AccountId' }, `:alias/deckle-${name}`],
  ],
})

describe('a further region', () => {
  test.each(Object.keys(tables))('has a copy of the table %s, protected as the original is', (name) => {
    stack('Storage').hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      TableName: `deckle-${name}`,
      Replicas: Match.arrayWith(
        ['eu-central-1', 'us-east-2']
          .map((Region) =>
            Match.objectLike({
              Region,
              DeletionProtectionEnabled: true,
              PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
              SSESpecification: {
                KMSMasterKeyId: Region === 'us-east-2' ? aliasIn(Region, 'tables') : Match.anyValue(),
              },
            }),
          )
          .reverse(),
      ),
    })
  })

  test('may be carried what the audit log takes, and nobody else may change it there either', () => {
    const [audit] = Object.values(
      stack('Storage').findResources('AWS::DynamoDB::GlobalTable', { Properties: { TableName: 'deckle-audit' } }),
    )
    const policies = audit?.['Properties'].Replicas.map(
      (replica: { ResourcePolicy?: { PolicyDocument: { Statement: unknown[] } } }) =>
        replica.ResourcePolicy?.PolicyDocument.Statement,
    )
    expect(policies).toHaveLength(2)
    for (const statements of policies) {
      expect(statements).toMatchObject([{ Effect: 'Deny', Condition: { ArnNotEquals: expect.anything() } }])
      expect(JSON.stringify(statements)).toContain('AWSServiceRoleForDynamoDBReplication')
    }
  })

  test.each([
    ['Storage', 'us-east-2'],
    ['Storage-us-east-2', 'eu-central-1'],
  ])('%s carries all objects, and their removal, to %s, and says how far behind it is', (name, other) => {
    stack(name).hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      ReplicationConfiguration: {
        Rules: [
          {
            Id: `to-${other}`,
            Status: 'Enabled',
            Priority: 0,
            Filter: { Prefix: '' },
            DeleteMarkerReplication: { Status: 'Enabled' },
            SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
            Destination: {
              Bucket: Match.anyValue(),
              EncryptionConfiguration: { ReplicaKmsKeyID: aliasIn(other, 'bucket') },
              Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
              ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
            },
          },
        ],
      },
    })
    stack(name).hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/deckle-bucket' })
  })

  test('has the secrets, under its own key', () => {
    const secrets = Object.values(stack('Storage').findResources('AWS::SecretsManager::Secret'))
    expect(secrets.map(({ Properties }) => Properties.ReplicaRegions)).toEqual(
      Array(2).fill([{ Region: 'us-east-2', KmsKeyId: aliasIn('us-east-2', 'tables') }]),
    )
  })

  test('has queues, and validators that stay away as long as it is not the home', () => {
    stack('Storage-us-east-2').hasResourceProperties('AWS::SQS::Queue', { QueueName: 'deckle-jobs' })
    stack('Validator').hasResourceProperties('AWS::ECS::Service', { DesiredCount: 1 })
    stack('Validator-us-east-2').hasResourceProperties('AWS::ECS::Service', { DesiredCount: 0 })
    stack('Validator-us-east-2').hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 0,
      MaxCapacity: 0,
    })
  })

  test('has a front door, which knows all regions and which is the home', () => {
    for (const name of ['FrontDesk', 'FrontDesk-us-east-2']) {
      const [app] = Object.values(
        stack(name).findResources('AWS::Lambda::Function', { Properties: { Runtime: 'nodejs24.x' } }),
      )
      const { Variables } = (app ?? expect.unreachable())['Properties'].Environment
      expect(Variables.DECKLE_HOME_REGION).toBe('eu-central-1')
      const list = Variables.DECKLE_REGIONS['Fn::Join'][1].map((part: unknown) =>
        typeof part === 'string' ? part : '1',
      )
      expect(JSON.parse(list.join(''))).toEqual([
        { region: 'eu-central-1', bucket: 'deckle-1-eu-central-1' },
        { region: 'us-east-2', bucket: 'deckle-1-us-east-2' },
      ])
    }
  })

  test('is only read by the edge and both front doors', () => {
    const copy = /us-east-2/
    const granted = [
      ...statementsIn(stack('EdgeAccess'), /^Reading/),
      ...statementsIn(stack('FrontDesk'), /AppRole/),
      ...statementsIn(stack('FrontDesk-us-east-2'), /AppRole/),
    ].filter(({ resources }) => resources.some((resource) => copy.test(resource)))
    const actions = new Set(granted.flatMap((statement) => statement.actions))
    const known = ['GetItem', 'BatchGetItem', 'Query'].map((action) => `dynamodb:${action}`)
    const others = ['s3:GetObject', 's3:ListBucket', 'kms:Decrypt', 'secretsmanager:GetSecretValue']
    expect([...actions].filter((action) => !action.startsWith('logs:')).sort()).toEqual([...known, ...others].sort())
  })
})

test('while writes are paused, front doors have no home, and no validator runs', () => {
  const paused = synthesise({ replicas: 'us-east-2', writesPaused: 'true' })
  paused['DeckleFrontDesk']?.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ DECKLE_HOME_REGION: 'none' }) },
  })
  paused['DeckleValidator']?.hasResourceProperties('AWS::ECS::Service', { DesiredCount: 0 })
})

test.each([
  [{ replicas: 'eu-central-1' }, 'replicas: must be other regions than `region`'],
  [{ replicas: 'us-east-2', homeRegion: 'eu-west-1' }, 'homeRegion: must be `region` or one of `replicas`'],
  [{ replicas: 'mars' }, 'replicas'],
  [
    { replicas: 'us-east-2', frontDoor: 'fargate', frontDoorCertificate: 'arn:aws:acm:x' },
    'replicas: need a certificate each',
  ],
])('%o is refused', (context, message) => {
  expect(() => parseSettings({ ...settings, ...context })).toThrow(message)
})
