import type { Template } from 'aws-cdk-lib/assertions'

export interface Statement {
  readonly effect: string
  readonly actions: readonly string[]
  /** ARNs as CloudFormation would fill them in; stars stand for anything. */
  readonly resources: readonly string[]
}

/** One use of AWS: an action on a resource, as the service authorises it. */
export interface Use {
  readonly action: string
  readonly resource: string
}

const account = '111111111111'

/** The statements of a policy in a template, with its references filled in. */
export function statementsIn(template: Template, logicalId: RegExp): readonly Statement[] {
  const { Resources } = template.toJSON() as { Resources: Record<string, any> }
  const policies = Object.entries(Resources).filter(
    ([id, { Type }]) => /^AWS::IAM::(Managed)?Policy$/.test(Type) && logicalId.test(id),
  )
  const listOf = (value: unknown) => (Array.isArray(value) ? value : [value])
  return policies.flatMap(([, { Properties }]) =>
    (Properties.PolicyDocument.Statement as Record<string, unknown>[]).map((statement) => ({
      effect: String(statement['Effect']),
      actions: listOf(statement['Action']).map(String),
      resources: listOf(statement['Resource']).map(fill),
    })),
  )
}

/** The text that CloudFormation makes of a value; of another stack's output, its name. */
function fill(value: unknown): string {
  if (typeof value === 'string') return value
  const { Ref, 'Fn::Join': join, 'Fn::ImportValue': output, 'Fn::GetAtt': attribute } = value as Record<string, any>
  if (Ref !== undefined) return { 'AWS::Partition': 'aws', 'AWS::AccountId': account }[Ref as string] ?? Ref
  if (join !== undefined) return join[1].map(fill).join(join[0])
  if (output !== undefined) return fill(output)
  if (attribute !== undefined) return attribute.join('.')
  throw new Error(`cannot fill in ${JSON.stringify(value)}`)
}

/** Whether a statement speaks of the use. */
export function covers({ actions, resources }: Statement, use: Use): boolean {
  return actions.includes(use.action) && resources.some((pattern) => matches(pattern, use.resource))
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text)
}
