import { Match, type Template } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, test } from 'vitest'
import { queues, type TableDefinition, tables } from '../../src/storage/tables.ts'
import { type Statement, statementsIn } from './support/policies.ts'
import { synthesise } from './support/synthesised.ts'

const certificate = 'arn:aws:acm:eu-central-1:111111111111:certificate/x'
let stacks: Readonly<Record<string, Template>>

// cdk-nag has its say here: a finding that aws/nag.ts does not answer fails the synthesis
beforeAll(() => {
  stacks = synthesise()
})

const stack = (name: string): Template => stacks[`Deckle${name}`] ?? expect.unreachable(`there is no stack ${name}`)

describe('storage', () => {
  test.each(Object.entries<TableDefinition>(tables))('the table %s is as the code defines it', (name, definition) => {
    const keys = [definition.partitionKey, ...(definition.sortKey === undefined ? [] : [definition.sortKey])]
    stack('Storage').hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      Properties: {
        TableName: `deckle-${name}`,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keys.map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
        ...(definition.ttl === undefined
          ? {}
          : { TimeToLiveSpecification: { AttributeName: definition.ttl, Enabled: true } }),
        GlobalSecondaryIndexes: indexesOf(definition),
        Replicas: [
          Match.objectLike({
            Region: 'eu-central-1',
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    })
  })

  function indexesOf({ indexes }: TableDefinition) {
    if (Object.keys(indexes).length === 0) return Match.absent()
    return Object.entries(indexes).map(([IndexName, { partitionKey, sortKey }]) => ({
      IndexName,
      KeySchema: [
        { AttributeName: partitionKey, KeyType: 'HASH' },
        { AttributeName: sortKey, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    }))
  }

  test('nobody at all may change or remove what is only added', () => {
    const [audit] = Object.values(
      stack('Storage').findResources('AWS::DynamoDB::GlobalTable', { Properties: { TableName: 'deckle-audit' } }),
    )
    expect(audit?.['Properties'].Replicas[0].ResourcePolicy.PolicyDocument.Statement).toEqual([
      {
        Sid: 'OnlyAdding',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate', 'PartiQLDelete'].map(
          (action) => `dynamodb:${action}`,
        ),
        Resource: '*',
      },
    ])
  })

  test('the bucket is private, versioned and encrypted under a key of ours', () => {
    stack('Storage').hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { BucketKeyEnabled: true, ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }) },
          ],
        },
      },
    })
  })

  test('the bucket refuses plain HTTP and old TLS', () => {
    stack('Storage').hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Effect: 'Deny',
            Action: 's3:*',
            Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } },
          }),
        ]),
      },
    })
  })

  test('bytes on trial go after a day, unfinished uploads after the longest session, removed files after ninety', () => {
    const rule = (properties: object) => Match.objectLike({ Status: 'Enabled', ...properties })
    stack('Storage').hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          rule({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 15 }, Prefix: Match.absent() }),
          rule({ Prefix: 'staging/', ExpirationInDays: 1 }),
          rule({ Prefix: 'uploads/', ExpirationInDays: 16 }),
          rule({
            Prefix: 'packages/',
            NoncurrentVersionExpiration: { NoncurrentDays: 90 },
            ExpirationInDays: Match.absent(),
          }),
        ]),
      },
    })
  })

  test('a job that fails too often moves to the dead letters', () => {
    stack('Storage').hasResourceProperties('AWS::SQS::Queue', {
      QueueName: `deckle-${queues.jobs.name}`,
      VisibilityTimeout: queues.jobs.visibilityTimeoutS,
      MessageRetentionPeriod: queues.jobs.retentionS,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { maxReceiveCount: queues.jobs.maxReceives, deadLetterTargetArn: Match.anyValue() },
    })
    stack('Storage').hasResourceProperties('AWS::SQS::Queue', { QueueName: `deckle-${queues.deadLetters.name}` })
  })

  test('session keys change every month, and the first is made at once', () => {
    stack('Storage').hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { AutomaticallyAfterDays: 30 },
      RotateImmediatelyOnUpdate: true,
    })
  })
})

describe('validator', () => {
  test('its container is nobody, may nothing, and writes nowhere', () => {
    stack('Validator').hasResourceProperties('AWS::ECS::TaskDefinition', {
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
      ContainerDefinitions: [
        Match.objectLike({
          User: 'node',
          ReadonlyRootFilesystem: true,
          LinuxParameters: { InitProcessEnabled: true, Capabilities: { Drop: ['ALL'] } },
          StopTimeout: 120,
          HealthCheck: Match.objectLike({ Command: ['CMD', 'node', 'healthy.mjs'] }),
        }),
      ],
    })
  })

  test('the first validators are on demand, further ones on Spot', () => {
    stack('Validator').hasResourceProperties('AWS::ECS::Service', {
      DesiredCount: 1,
      CapacityProviderStrategy: [
        { CapacityProvider: 'FARGATE', Base: 1, Weight: 0 },
        { CapacityProvider: 'FARGATE_SPOT', Weight: 1 },
      ],
    })
  })

  test('there is no NAT gateway, and nobody but the load balancer gets to a validator', () => {
    stack('Validator').resourceCountIs('AWS::EC2::NatGateway', 0)
    stack('Validator').hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' })
    const rules = Object.values(stack('Validator').findResources('AWS::EC2::SecurityGroupIngress'))
    const ports = rules.map(({ Properties }) => [Properties.FromPort, Properties.ToPort, Properties.CidrIp])
    expect(ports).toEqual([
      [80, 80, undefined],
      [8080, 8080, undefined],
    ])
    for (const { Properties } of Object.values(stack('Validator').findResources('AWS::EC2::SecurityGroup'))) {
      expect(Properties.SecurityGroupIngress).toBeUndefined()
    }
  })
})

describe('observability', () => {
  test('every alarm reaches the topic, and says what to do', () => {
    const alarms = Object.values(stack('Observability').findResources('AWS::CloudWatch::Alarm'))
    expect(alarms).toHaveLength(6)
    const topic = { Ref: Object.keys(stack('Observability').findResources('AWS::SNS::Topic'))[0] }
    for (const { Properties } of alarms) {
      expect(Properties).toMatchObject({
        AlarmActions: [topic],
        OKActions: [topic],
        AlarmDescription: expect.any(String),
      })
    }
  })

  test('a month that costs more than the budget, or will, is told', () => {
    stack('Observability').hasResourceProperties('AWS::Budgets::Budget', {
      Budget: { BudgetLimit: { Amount: 50, Unit: 'USD' }, TimeUnit: 'MONTHLY' },
      NotificationsWithSubscribers: ['ACTUAL', 'FORECASTED'].map((NotificationType) =>
        Match.objectLike({ Notification: Match.objectLike({ NotificationType }) }),
      ),
    })
  })
})

describe('the front desk', () => {
  test('is throttled, and its access log holds nothing of the headers', () => {
    const [stage] = Object.values(stack('FrontDesk').findResources('AWS::ApiGatewayV2::Stage'))
    expect(stage?.['Properties']).toMatchObject({
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1_000 },
      AccessLogSettings: { Format: expect.stringContaining('$context.requestId') },
    })
    expect(stage?.['Properties'].AccessLogSettings.Format).not.toMatch(/header|authorization|path/i)
  })

  test('everything goes to the app on Lambda but one route, which asks for a signature and leads to validators', () => {
    stack('FrontDesk').hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 29,
    })
    const routes = Object.values(stack('FrontDesk').findResources('AWS::ApiGatewayV2::Route'))
    expect(routes.map(({ Properties }) => [Properties.RouteKey, Properties.AuthorizationType])).toEqual([
      ['GET /-/validators/health', 'AWS_IAM'],
      ['ANY /{proxy+}', 'NONE'],
    ])
    stack('FrontDesk').hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      ConnectionType: 'VPC_LINK',
      RequestParameters: { 'overwrite:path': '/health', 'remove:header.authorization': '' },
    })
  })

  test('with a certificate it answers by the name of the registry', () => {
    const { DeckleFrontDesk } = synthesise({ frontDoorCertificate: certificate })
    DeckleFrontDesk?.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'packages.example.com',
      DomainNameConfigurations: [Match.objectLike({ SecurityPolicy: 'TLS_1_2' })],
    })
  })

  test('on Fargate, HTTPS alone is served, by tasks that nobody else reaches, with the rights of the Lambda', () => {
    const template =
      synthesise({ frontDoor: 'fargate', frontDoorCertificate: certificate })['DeckleFrontDesk'] ?? expect.unreachable()
    template.resourceCountIs('AWS::Lambda::Function', 0)
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 443, Protocol: 'HTTPS' })
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      DefaultActions: [Match.objectLike({ Type: 'redirect' })],
    })
    const openToAll = Object.values(template.findResources('AWS::EC2::SecurityGroup')).flatMap(
      ({ Properties }) => Properties.SecurityGroupIngress ?? [],
    )
    expect(openToAll.map(({ FromPort }: { FromPort: number }) => FromPort)).toEqual([80, 443])
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({ Command: ['server.mjs'], User: 'node', ReadonlyRootFilesystem: true })],
    })
    const written = (found: readonly Statement[]) =>
      found.filter(({ actions }) => actions.every((action) => !action.startsWith('logs:')))
    expect(statementsIn(template, /TaskRole/)).toEqual(written(statementsIn(stack('FrontDesk'), /AppRole/)))
  })

  test('on Fargate without a certificate there is no template, and it is said why', () => {
    expect(() => synthesise({ frontDoor: 'fargate' })).toThrow("frontDoorCertificate: is missing: frontDoor 'fargate'")
  })
})

describe('the edge', () => {
  test('with a key of AWS, there is a user, and no role that trusts tokens', () => {
    const template = synthesise({ edgeIdentity: 'key' })['DeckleEdgeAccess'] ?? expect.unreachable()
    template.resourceCountIs('AWS::IAM::User', 1)
    template.resourceCountIs('AWS::IAM::Role', 0)
  })

  test('with an identity of its own, only tokens of the worker for AWS about the edge are let in', () => {
    const template = stack('EdgeAccess')
    template.resourceCountIs('AWS::IAM::User', 0)
    template.hasResourceProperties('AWS::IAM::OIDCProvider', {
      Url: 'https://packages.example.com',
      ClientIdList: ['sts.amazonaws.com'],
    })
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: {
              StringEquals: {
                'packages.example.com:aud': 'sts.amazonaws.com',
                'packages.example.com:sub': 'deckle-edge',
              },
            },
          }),
        ],
      },
    })
  })
})
