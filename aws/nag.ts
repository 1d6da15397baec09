import { type App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { type Rights, requestPathRights, validatorRights } from './access/rights.ts'
import type { Settings } from './settings.ts'

/** A finding that is answered instead of mended: the construct's path, the rule, and why it may stand. */
type Answer = readonly [path: string, rule: string, reason: string]

const answers: readonly Answer[] = [
  [
    'DeckleStorage/Packages/Bucket',
    'S1',
    'Access logs of the bucket would hold signed links. Deckle records downloads itself, and CloudTrail data events can be switched on.',
  ],
  [
    'DeckleValidator/Validator/Cluster',
    'ECS4',
    'Container Insights costs as much as a validator. CPU, memory and the queue are measured without it.',
  ],
  [
    'DeckleValidator/Validator/Task',
    'ECS2',
    'The variables are names of tables, queues and the bucket, and no secrets: the task signs with the session of its role.',
  ],
  [
    'DeckleValidator/Validator/Task/ExecutionRole',
    'IAM5[Resource::*]',
    'ecr:GetAuthorizationToken has no resource; what it may pull is named.',
  ],
  [
    'DeckleValidator/Balancer',
    'ELB2',
    'Only the edge gets there, through API Gateway, whose access log has every request.',
  ],
]

/** Makes synthesis fail on every finding of the AwsSolutions pack that is not answered here. */
export function checkWithNag(app: App, { prefix, region }: Settings): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  const bucket = `arn:<AWS::Partition>:s3:::${prefix}<AWS::AccountId>-${region}`
  const all = [
    ...answers,
    ...foldersOf('DeckleValidator/Validator/Task/TaskRole', validatorRights, bucket),
    ...foldersOf('DeckleEdgeAccess/Policy', requestPathRights, bucket),
  ]
  for (const [path, rule, reason] of all) {
    const construct = app.node.findAll().find((other) => other.node.path === path)
    if (construct === undefined) throw new Error(`aws/nag.ts answers for ${path}, which is not there`)
    Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason })
  }
}

/** A role's statements about objects name the folder that they are in, and end with a star. */
function foldersOf(path: string, { objects }: Rights, bucket: string): readonly Answer[] {
  const reason =
    'Objects are named by packages and uploads; the folder says what kind they are, and actions are listed.'
  return Object.keys(objects).map((folder) => [path, `IAM5[Resource::${bucket}/${folder}*]`, reason])
}
