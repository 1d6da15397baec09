import { fileURLToPath } from 'node:url'
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Platform } from 'aws-cdk-lib/aws-ecr-assets'
import {
  Capability,
  ContainerImage,
  CpuArchitecture,
  FargateTaskDefinition,
  LinuxParameters,
  LogDriver,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs'
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { environmentOf } from './environment.ts'
import type { Settings } from './settings.ts'

export interface DeckleTaskProps {
  readonly name: string
  /** The module of the image that is started (`image/build.ts`). */
  readonly program: string
  readonly settings: Settings
  /** What it may do. */
  readonly statements: readonly PolicyStatement[]
  /** Where it is reached from outside of the task. */
  readonly ports: readonly number[]
  /** Where it answers for its health. */
  readonly healthPort: number
  readonly environment?: Readonly<Record<string, string>>
}

const repository = fileURLToPath(new URL('..', import.meta.url))

/** A task of one program of Deckle's image, on ARM: nobody, without capabilities, on a read-only file system. */
export class DeckleTask extends Construct {
  readonly definition: FargateTaskDefinition

  constructor(scope: Construct, id: string, props: DeckleTaskProps) {
    super(scope, id)
    this.definition = new FargateTaskDefinition(this, 'Definition', {
      cpu: 512,
      memoryLimitMiB: 1024,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    })
    for (const statement of props.statements) {
      this.definition.addToTaskRolePolicy(statement)
    }
    this.#container(props)
  }

  #container({ name, program, settings, ports, healthPort, environment }: DeckleTaskProps): void {
    const linuxParameters = new LinuxParameters(this, 'Linux', { initProcessEnabled: true })
    linuxParameters.dropCapabilities(Capability.ALL)
    this.definition.addContainer(name, {
      image: ContainerImage.fromAsset(repository, {
        file: 'aws/image/Dockerfile',
        exclude: ['*', '!package.json', '!package-lock.json', '!src', '!aws'],
        platform: Platform.LINUX_ARM64,
      }),
      command: [program],
      portMappings: ports.map((containerPort) => ({ containerPort })),
      environment: {
        ...environmentOf(this, settings),
        AWS_REGION: Stack.of(this).region,
        DECKLE_HEALTH_PORT: String(healthPort),
        ...environment,
      },
      logging: LogDriver.awsLogs({
        streamPrefix: name,
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
  }
}
