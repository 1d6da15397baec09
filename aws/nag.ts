import { type App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { type Rights, requestPathRights, validatorRights } from './access/rights.ts'
import { validatorsPath } from './names.ts'
import type { Settings } from './settings.ts'

/** A finding that is answered instead of mended: the construct's path, the rule, and why it may stand. */
type Answer = readonly [path: string, rule: string, reason: string]

const always: readonly Answer[] = [
  [
    'DeckleStorage/Packages/Bucket',
    'S1',
    'Access logs of the bucket would hold signed links. Deckle records downloads itself, and CloudTrail data events can be switched on.',
  ],
  ['DeckleStorage/SecretKey', 'SMG4', 'With another key, every second factor that was set up would be lost.'],
  [
    'DeckleValidator/Balancer',
    'ELB2',
    'Only the edge gets there, through API Gateway, whose access log has every request.',
  ],
]

const onLambda: readonly Answer[] = [
  [
    'DeckleFrontDesk/Http/Api',
    'APIG4',
    'The registry is public: the app itself asks for credentials, and its clients know nothing of AWS.',
  ],
]

const onFargate: readonly Answer[] = [
  [
    'DeckleFrontDesk/Fargate/Balancer',
    'ELB2',
    'The app logs every request, with its route and without its credentials.',
  ],
  ['DeckleFrontDesk/Fargate/BalancerGroup', 'EC23', 'The registry is public; plain HTTP is only sent on to HTTPS.'],
]

const withTrail: readonly Answer[] = [
  ['DeckleObservability/BucketTrail/Log', 'S1', 'It is a log itself, which AWS alone writes and signs.'],
]

/** Makes synthesis fail on every finding of the AwsSolutions pack that is not answered here. */
export function checkWithNag(app: App, { prefix, region, frontDoor, bucketTrail }: Settings): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  const bucket = `arn:<AWS::Partition>:s3:::${prefix}<AWS::AccountId>-${region}`
  const stars = { bucket, api: `arn:<AWS::Partition>:execute-api:${region}:<AWS::AccountId>` }
  const all = [
    ...always,
    ...(bucketTrail === 'off' ? [] : withTrail),
    ...serviceIn('DeckleValidator/Validator', validatorRights, stars),
    ...starsOf('DeckleEdgeAccess/Policy', requestPathRights, stars),
    ...(frontDoor === 'lambda'
      ? [...onLambda, ...starsOf('DeckleFrontDesk/Http/App/Role', requestPathRights, stars)]
      : [...onFargate, ...serviceIn('DeckleFrontDesk/Fargate', requestPathRights, stars)]),
  ]
  for (const [path, rule, reason] of all) {
    const construct = app.node.findAll().find((other) => other.node.path === path)
    if (construct === undefined) throw new Error(`aws/nag.ts answers for ${path}, which is not there`)
    Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason })
  }
}

/** A service of containers: its cluster, and its task with two roles. */
function serviceIn(path: string, rights: Rights, stars: Stars): readonly Answer[] {
  const task = `${path}/Task/Definition`
  return [
    [
      `${path}/Cluster`,
      'ECS4',
      'Container Insights costs as much as a container. CPU, memory and the queue are measured without it.',
    ],
    [
      task,
      'ECS2',
      'The variables are names of tables, queues and the bucket, and no secrets: the task signs with the session of its role.',
    ],
    [
      `${task}/ExecutionRole`,
      'IAM5[Resource::*]',
      'ecr:GetAuthorizationToken has no resource; what it may pull is named.',
    ],
    ...starsOf(`${task}/TaskRole`, rights, stars),
  ]
}

interface Stars {
  readonly bucket: string
  readonly api: string
}

/** A role's statements about objects name the folder that they are in, and end with a star; those about questions, no API. */
function starsOf(path: string, { objects, questions }: Rights, { bucket, api }: Stars): readonly Answer[] {
  const reason =
    'Objects are named by packages and uploads; the folder says what kind they are, and actions are listed.'
  const folders = Object.keys(objects).map((folder): Answer => [path, `IAM5[Resource::${bucket}/${folder}*]`, reason])
  const told = 'The path says what may be asked; only the API of the front desk has such a path.'
  const asked = questions.map((question): Answer => {
    return [path, `IAM5[Resource::${api}:*/*/POST${validatorsPath}${question}]`, told]
  })
  return [...folders, ...asked]
}
