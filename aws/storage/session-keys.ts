import { fileURLToPath } from 'node:url'
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { CfnRotationSchedule, Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { SmallFunction } from '../small-function.ts'

export interface SessionKeysProps {
  readonly prefix: string
  readonly encryptionKey: IKey
}

/**
 * The keys that sessions are signed with, newest first, as `rotate-session-keys.ts` writes them. They are made by the
 * first rotation, when the stack is deployed, so that no key stands in a template.
 */
export class SessionKeys extends Construct {
  readonly secret: Secret
  readonly rotation: SmallFunction

  constructor(scope: Construct, id: string, { prefix, encryptionKey }: SessionKeysProps) {
    super(scope, id)
    this.secret = new Secret(this, 'Secret', {
      secretName: `${prefix}session-keys`,
      description: 'Keys that sessions are signed with, newest first',
      encryptionKey,
      // Secrets Manager insists on making up something; the rotation drops it
      generateSecretString: { secretStringTemplate: JSON.stringify({ keys: [] }), generateStringKey: 'unused' },
      removalPolicy: RemovalPolicy.RETAIN,
    })
    this.rotation = new SmallFunction(this, 'Rotation', {
      entry: fileURLToPath(new URL('./rotate-session-keys.ts', import.meta.url)),
      description: 'Puts a new session key in front of the ones before',
      timeout: Duration.seconds(30),
      memorySize: 256,
    })
    this.#grantRotation(this.secret, encryptionKey)
    const schedule = new CfnRotationSchedule(this, 'Monthly', {
      secretId: this.secret.secretArn,
      rotationLambdaArn: this.rotation.function.functionArn,
      rotationRules: { automaticallyAfterDays: 30 },
      rotateImmediatelyOnUpdate: true,
    })
    schedule.node.addDependency(this.rotation)
  }

  /** `Secret.addRotationSchedule` would also grant random passwords, on every resource; the handler makes its own. */
  #grantRotation(secret: Secret, encryptionKey: IKey): void {
    const { account, region } = Stack.of(this)
    this.rotation.function.addPermission('SecretsManager', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: account,
    })
    this.rotation.role.addToPolicy(
      new PolicyStatement({
        actions: ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'].map(
          (action) => `secretsmanager:${action}`,
        ),
        resources: [secret.secretArn],
      }),
    )
    this.rotation.role.addToPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
      }),
    )
  }
}
