import { Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { SubnetType } from 'aws-cdk-lib/aws-ec2'
import type { FargateService } from 'aws-cdk-lib/aws-ecs'
import {
  type ApplicationListener,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { Storage } from '../access/statements.ts'
import { queueArn } from '../names.ts'
import type { Settings } from '../settings.ts'
import { Network, validatorPort } from './network.ts'
import { scaleByQueue } from './scaling.ts'
import { ValidatorService } from './service.ts'

export interface ValidatorStackProps extends StackProps {
  readonly settings: Settings
  readonly storage: Storage
}

/** What opens uploaded files: validators, as many as the queue asks for, and an internal door to their HTTP interface. */
export class ValidatorStack extends Stack {
  readonly service: FargateService
  readonly targets: ApplicationTargetGroup
  readonly network: Network
  readonly listener: ApplicationListener

  constructor(scope: Construct, id: string, { settings, storage, ...props }: ValidatorStackProps) {
    super(scope, id, { ...props, description: 'Deckle: validators and their network' })
    const network = new Network(this, 'Network')
    this.network = network
    this.service = new ValidatorService(this, 'Validator', { network, storage, settings }).service
    scaleByQueue({
      service: this.service,
      jobs: Queue.fromQueueArn(this, 'Jobs', queueArn(this, settings.prefix, 'jobs')),
      least: settings.leastValidators,
      most: settings.mostValidators,
    })
    const balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc: network.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      internetFacing: false,
      securityGroup: network.balancer,
      dropInvalidHeaderFields: true,
    })
    this.targets = new ApplicationTargetGroup(this, 'Targets', {
      vpc: network.vpc,
      port: validatorPort,
      protocol: ApplicationProtocol.HTTP,
      targets: [this.service],
      healthCheck: { path: '/health', interval: Duration.seconds(15), healthyThresholdCount: 2 },
      deregistrationDelay: Duration.seconds(15),
    })
    this.listener = balancer.addListener('Http', {
      port: 80,
      // `open` would let in everybody within reach; network.ts says who may come
      open: false,
      defaultTargetGroups: [this.targets],
    })
  }
}
