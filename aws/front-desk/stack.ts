import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { type ApplicationListener, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import type { Construct } from 'constructs'
import type { Storage } from '../access/statements.ts'
import { validatorsPath } from '../names.ts'
import type { Settings } from '../settings.ts'
import type { Network } from '../validator/network.ts'
import { FargateDoor } from './fargate-door.ts'
import { HttpDoor } from './http-door.ts'

export interface FrontDeskStackProps extends StackProps {
  readonly settings: Settings
  readonly storage: Storage
  readonly validators: { readonly network: Network; readonly listener: ApplicationListener }
}

/**
 * The way in that is no edge: API Gateway, through which the edge also reaches the validators, and behind it the app on
 * Lambda. With `frontDoor: 'fargate'` containers serve the app instead.
 */
export class FrontDeskStack extends Stack {
  /** Requests of clients that were answered with 5xx. */
  readonly faults: Metric

  constructor(scope: Construct, id: string, { settings, storage, validators, ...props }: FrontDeskStackProps) {
    super(scope, id, { ...props, description: 'Deckle: regional front door, and the way to the validators' })
    const http = new HttpDoor(this, 'Http', { settings, storage, validators })
    new CfnOutput(this, 'ApiEndpoint', { value: http.api.apiEndpoint })
    new CfnOutput(this, 'ValidatorUrl', {
      value: `${http.api.apiEndpoint}${validatorsPath}`,
      description: 'DECKLE_VALIDATOR_URL',
    })
    const period = Duration.minutes(5)
    if (settings.frontDoor === 'lambda') {
      this.faults = http.api.metricServerError({ period, statistic: 'Sum' })
      return
    }
    const { balancer } = new FargateDoor(this, 'Fargate', {
      settings,
      storage,
      network: validators.network,
      api: http.api,
    })
    this.faults = balancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period, statistic: 'Sum' })
  }
}
