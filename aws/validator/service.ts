import { Duration } from 'aws-cdk-lib'
import { SubnetType } from 'aws-cdk-lib/aws-ec2'
import { Cluster, ContainerInsights, FargateService } from 'aws-cdk-lib/aws-ecs'
import { Construct } from 'constructs'
import { validatorRights } from '../access/rights.ts'
import { type Storage, statementsOf } from '../access/statements.ts'
import { DeckleTask } from '../deckle-task.ts'
import type { Settings } from '../settings.ts'
import { type Network, validatorPort } from './network.ts'

export interface ValidatorServiceProps {
  readonly network: Network
  readonly storage: Storage
  readonly settings: Settings
}

/**
 * Validators, the first ones on demand and what a burst needs on Spot. SIGTERM lets a task finish what it has
 * begun; what is not done within two minutes is delivered to another one when its visibility ends.
 */
export class ValidatorService extends Construct {
  readonly service: FargateService

  constructor(scope: Construct, id: string, { network, settings, storage }: ValidatorServiceProps) {
    super(scope, id)
    const cluster = new Cluster(this, 'Cluster', {
      vpc: network.vpc,
      enableFargateCapacityProviders: true,
      containerInsightsV2: ContainerInsights.DISABLED,
    })
    const { definition } = new DeckleTask(this, 'Task', {
      name: 'validator',
      program: 'validator.mjs',
      settings,
      statements: statementsOf(this, storage, validatorRights),
      ports: [validatorPort],
      healthPort: validatorPort,
    })
    this.service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: definition,
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
}
