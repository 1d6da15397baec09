import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { ApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import type { Construct } from 'constructs'
import { type Storage, seenFrom } from '../access/statements.ts'
import { validatorsPath } from '../names.ts'
import type { DoorMetrics } from '../observability/dashboard.ts'
import { homeOf, type Settings } from '../settings.ts'
import type { Network } from '../validator/network.ts'
import { FargateDoor } from './fargate-door.ts'
import { HttpDoor } from './http-door.ts'

export interface FrontDeskStackProps extends StackProps {
  readonly settings: Settings
  readonly storages: readonly Storage[]
  readonly validators: { readonly network: Network; readonly listener: ApplicationListener }
}

/**
 * The way in that is no edge: API Gateway, through which the edge also reaches the validators, and behind it the app on
 * Lambda. With `frontDoor: 'fargate'` containers serve the app instead.
 */
export class FrontDeskStack extends Stack {
  readonly metrics: DoorMetrics

  constructor(scope: Construct, id: string, { settings, storages: all, validators, ...props }: FrontDeskStackProps) {
    super(scope, id, { ...props, description: 'Deckle: regional front door, and the way to the validators' })
    const storages = seenFrom(this, homeOf(settings), all)
    const http = new HttpDoor(this, 'Http', { settings, storages, validators })
    new CfnOutput(this, 'ApiEndpoint', { value: http.api.apiEndpoint })
    new CfnOutput(this, 'ValidatorUrl', {
      value: `${http.api.apiEndpoint}${validatorsPath}`,
      description: 'DECKLE_VALIDATOR_URL',
    })
    if (settings.frontDoor === 'lambda') {
      this.metrics = http.metrics
      return
    }
    this.metrics = new FargateDoor(this, 'Fargate', {
      settings,
      storages,
      network: validators.network,
      api: http.api,
    }).metrics
  }
}
