import type { Duration } from 'aws-cdk-lib'
import { RemovalPolicy } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { bundleOne } from './bundle.ts'

export interface SmallFunctionProps {
  /** The module that exports `handler`. */
  readonly entry: string
  readonly description: string
  readonly timeout: Duration
  readonly memorySize: number
  readonly environment?: Readonly<Record<string, string>>
}

/** A Lambda of one bundled module, whose role may write to its own log and nothing else until it is granted more. */
export class SmallFunction extends Construct {
  readonly function: LambdaFunction
  readonly role: Role

  constructor(scope: Construct, id: string, { entry, environment, ...props }: SmallFunctionProps) {
    super(scope, id)
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    )
    this.function = new LambdaFunction(this, 'Function', {
      ...props,
      code: Code.fromAsset(bundleOne(entry)),
      handler: 'main.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      role: this.role,
      logGroup,
      ...(environment === undefined ? {} : { environment }),
    })
  }
}
