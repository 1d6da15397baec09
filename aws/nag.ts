import { type App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { copyRights, type Rights, requestPathRights, validatorRights } from './access/rights.ts'
import { validatorsPath } from './names.ts'
import { homeOf, regionsOf, type Settings } from './settings.ts'

/** A finding that is answered instead of mended: the construct's path, the rule, and why it may stand. */
type Answer = readonly [path: string, rule: string, reason: string]

const ofStorage: readonly Answer[] = [
  ['DeckleStorage/SecretKey', 'SMG4', 'With another key, every second factor that was set up would be lost.'],
]

/** @param suffix of the stacks of one region */
const inEveryRegion = (suffix: string): readonly Answer[] => [
  [
    `DeckleStorage${suffix}/Packages/Bucket`,
    'S1',
    'Access logs of the bucket would hold signed links. Deckle records downloads itself, and CloudTrail data events can be switched on.',
  ],
  [
    `DeckleValidator${suffix}/Balancer`,
    'ELB2',
    'Only the edge gets there, through API Gateway, whose access log has every request.',
  ],
]

const onLambda = (suffix: string): readonly Answer[] => [
  [
    `DeckleFrontDesk${suffix}/Http/Api`,
    'APIG4',
    'The registry is public: the app itself asks for credentials, and its clients know nothing of AWS.',
  ],
]

const onFargate = (suffix: string): readonly Answer[] => [
  [
    `DeckleFrontDesk${suffix}/Fargate/Balancer`,
    'ELB2',
    'The app logs every request, with its route and without its credentials.',
  ],
  [
    `DeckleFrontDesk${suffix}/Fargate/BalancerGroup`,
    'EC23',
    'The registry is public; plain HTTP is only sent on to HTTPS.',
  ],
]

const withTrail = (suffix: string): readonly Answer[] => [
  [`DeckleObservability${suffix}/BucketTrail/Log`, 'S1', 'It is a log itself, which AWS alone writes and signs.'],
]

/** Makes synthesis fail on every finding of the AwsSolutions pack that is not answered here. */
export function checkWithNag(app: App, settings: Settings): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  const all = [
    ...ofStorage,
    ...(settings.bucketTrail === 'off' ? [] : withTrail(homeSuffix(settings))),
    ...requestPath('DeckleEdgeAccess/Policy', settings, settings.region, [homeOf(settings)]),
    ...copiesOf(settings).flatMap((copy) =>
      requestPath(`DeckleEdgeAccess/Reading-${copy}`, settings, settings.region, [copy]),
    ),
    ...regionsOf(settings).flatMap((region) => inRegion(region, settings)),
  ]
  for (const [path, rule, reason] of all) {
    const construct = app.node.findAll().find((other) => other.node.path === path)
    if (construct === undefined) throw new Error(`aws/nag.ts answers for ${path}, which is not there`)
    Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason })
  }
}

function inRegion(region: string, settings: Settings): readonly Answer[] {
  const suffix = region === settings.region ? '' : `-${region}`
  const all = regionsOf(settings)
  const door = `DeckleFrontDesk${suffix}`
  const doorIn = (role: string) => requestPath(role, settings, region, all)
  const validatorIn = (role: string) => starsOf(role, validatorRights, starsIn(region, settings))
  return [
    ...inEveryRegion(suffix),
    ...serviceIn(`DeckleValidator${suffix}/Validator`, validatorIn),
    ...(settings.frontDoor === 'lambda'
      ? [...onLambda(suffix), ...doorIn(`${door}/Http/App/Role`)]
      : [...onFargate(suffix), ...serviceIn(`${door}/Fargate`, doorIn)]),
    ...(all.length === 1 ? [] : replicationIn(`DeckleStorage${suffix}/Replication/Role`, region, settings)),
  ]
}

const homeSuffix = (settings: Settings) => (homeOf(settings) === settings.region ? '' : `-${homeOf(settings)}`)
const copiesOf = (settings: Settings) => regionsOf(settings).filter((region) => region !== homeOf(settings))
const bucketIn = (region: string, { prefix }: Settings) =>
  `arn:<AWS::Partition>:s3:::${prefix}<AWS::AccountId>-${region}`
const starsIn = (region: string, settings: Settings): Stars => ({
  bucket: bucketIn(region, settings),
  api: `arn:<AWS::Partition>:execute-api:${region}:<AWS::AccountId>`,
})
const keysIn = (region: string) => `arn:<AWS::Partition>:kms:${region}:<AWS::AccountId>:key/*`
const keyReason =
  'Keys of another region are named by their alias, which a condition demands; their ARNs are not known here.'

/** A service of containers: its cluster, and its task with two roles. */
function serviceIn(path: string, roleAnswers: (role: string) => readonly Answer[]): readonly Answer[] {
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
    ...roleAnswers(`${task}/TaskRole`),
  ]
}

/** What serves clients, from a stack in one region, for the storage of these. */
function requestPath(path: string, settings: Settings, stackRegion: string, regions: readonly string[]) {
  return regions.flatMap((region): readonly Answer[] => {
    const rights = region === homeOf(settings) ? requestPathRights : copyRights
    const stars = starsOf(path, rights, starsIn(region, settings))
    return region === stackRegion ? stars : [...stars, [path, `IAM5[Resource::${keysIn(region)}]`, keyReason]]
  })
}

/** What S3 carries objects with. */
function replicationIn(path: string, region: string, settings: Settings): readonly Answer[] {
  const reason = 'Whatever is in the bucket is carried; the buckets are named.'
  const others = regionsOf(settings).filter((other) => other !== region)
  return [
    ...regionsOf(settings).map((one): Answer => [path, `IAM5[Resource::${bucketIn(one, settings)}/*]`, reason]),
    ...others.map((other): Answer => [path, `IAM5[Resource::${keysIn(other)}]`, keyReason]),
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
