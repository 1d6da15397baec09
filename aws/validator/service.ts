import { fileURLToPath } from 'node:url'
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { SubnetType } from 'aws-cdk-lib/aws-ec2'
import { Platform } from 'aws-cdk-lib/aws-ecr-assets'
import {
  Capability,
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LinuxParameters,
  LogDriver,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { validatorRights } from '../access/rights.ts'
import { type Storage, statementsOf } from '../access/statements.ts'
import { bucketName } from '../names.ts'
import type { Settings } from '../settings.ts'
import { type Network, validatorPort } from './network.ts'

export interface ValidatorServiceProps {
  readonly network: Network
  readonly storage: Storage
  readonly settings: Settings
}

const repository = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Validators on ARM, the first ones on demand and what a burst needs on Spot. SIGTERM lets a task finish what it has
 * begun; what is not done within two minutes is delivered to another one when its visibility ends.
 */
export class ValidatorService extends Construct {
  readonly service: FargateService

  constructor(scope: Construct, id: string, props: ValidatorServiceProps) {
    super(scope, id)
    const { network, settings } = props
    const cluster = new Cluster(this, 'Cluster', {
      vpc: network.vpc,
      enableFargateCapacityProviders: true,
      containerInsightsV2: ContainerInsights.DISABLED,
    })
    this.service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: this.#task(props),
      desiredCount: settings.leastValidators,
      capacityProviderStrategies: [
        { capacityProvider: 'FARGATE', base: settings.leastValidators, weight: 0 },
        { capacityProvider: 'FARGATE_SPOT', weight: 1 },
      ],
      securityGroups: [network.tasks],
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      // See network.ts: an address to leave by, not to come in
      assignPublicIp: true,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      ...(settings.leastValidators === 0 ? {} : { healthCheckGracePeriod: Duration.seconds(60) }),
    })
  }

  #task({ storage, settings }: ValidatorServiceProps): FargateTaskDefinition {
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu: 512,
      memoryLimitMiB: 1024,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    })
    for (const statement of statementsOf(this, storage, validatorRights)) task.addToTaskRolePolicy(statement)
    const linuxParameters = new LinuxParameters(this, 'Linux', { initProcessEnabled: true })
    linuxParameters.dropCapabilities(Capability.ALL)
    task.addContainer('validator', {
      image: ContainerImage.fromAsset(repository, {
        file: 'aws/validator/Dockerfile',
        exclude: ['*', '!package.json', '!package-lock.json', '!src', '!aws'],
        platform: Platform.LINUX_ARM64,
      }),
      portMappings: [{ containerPort: validatorPort }],
      environment: this.#environment(settings),
      logging: LogDriver.awsLogs({
        streamPrefix: 'validator',
        logGroup: new LogGroup(this, 'Log', {
          retention: RetentionDays.THREE_MONTHS,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      }),
      readonlyRootFilesystem: true,
      user: 'node',
      linuxParameters,
      stopTimeout: Duration.seconds(120),
      healthCheck: {
        command: ['CMD', 'node', 'healthy.mjs'],
        interval: Duration.seconds(15),
        timeout: Duration.seconds(5),
        startPeriod: Duration.seconds(60),
        retries: 3,
      },
    })
    return task
  }

  #environment({ publicUrl, prefix }: Settings): Record<string, string> {
    return {
      DECKLE_PUBLIC_URL: publicUrl,
      DECKLE_BUCKET: bucketName(this, prefix),
      DECKLE_TABLE_PREFIX: prefix,
      DECKLE_QUEUE_PREFIX: prefix,
      DECKLE_HEALTH_PORT: String(validatorPort),
      AWS_REGION: Stack.of(this).region,
    }
  }
}
