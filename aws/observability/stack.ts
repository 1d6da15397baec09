import { Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { CfnBudget } from 'aws-cdk-lib/aws-budgets'
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import type { FargateService } from 'aws-cdk-lib/aws-ecs'
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Key } from 'aws-cdk-lib/aws-kms'
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { queueArn } from '../names.ts'
import type { Settings } from '../settings.ts'
import { Alarms } from './alarms.ts'
import { BucketTrail } from './bucket-trail.ts'
import { type DoorMetrics, RegistryDashboard } from './dashboard.ts'
import { ofTables, period } from './metrics.ts'

export interface ObservabilityStackProps extends StackProps {
  readonly settings: Settings
  readonly door: DoorMetrics
  readonly validators: { readonly service: FargateService; readonly targets: ApplicationTargetGroup }
}

/** What wakes somebody up, what they then look at, and what it all may cost. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, { settings, validators, door, ...props }: ObservabilityStackProps) {
    super(scope, id, { ...props, description: 'Deckle: alarms, dashboard, budget' })
    const queue = (name: 'jobs' | 'deadLetters') =>
      Queue.fromQueueArn(this, name, queueArn(this, settings.prefix, name))
    const metrics = metricsOf(this, settings.prefix, queue('jobs'), queue('deadLetters'), validators)
    const encryptionKey = new Key(this, 'TopicKey', {
      enableKeyRotation: true,
      description: `${settings.prefix}alarms`,
    })
    const alarms = new Alarms(this, 'Alarms', { encryptionKey, email: settings.alarmEmail })
    alarms.add('JobsWait', {
      metric: metrics.oldestJobS,
      from: 300,
      periods: 1,
      description:
        'An upload has waited for five minutes: look at the log of the validators, then at how many there are.',
    })
    alarms.add('DeadLetters', {
      metric: metrics.deadLetters,
      from: 1,
      periods: 1,
      description: 'A job failed five times. Its package is in the message; the cause is in the log of the validators.',
    })
    alarms.add('NothingValidated', {
      metric: metrics.stuck,
      from: 1,
      periods: 12,
      description: 'For an hour there was work, and nothing was done: no validator starts, or none can read the queue.',
    })
    alarms.add('ValidatorUnhealthy', {
      metric: metrics.unhealthyValidators,
      from: 1,
      periods: 3,
      description:
        'A validator runs and does not answer; ECS replaces it. If it stays so, see the events of the service.',
    })
    alarms.add('Throttled', {
      metric: metrics.throttled,
      from: 10,
      periods: 3,
      description: 'DynamoDB refuses requests: a partition is too busy, or the account is at its limit.',
    })
    alarms.add('FrontDoorFails', {
      metric: door.faults,
      from: 10,
      periods: 3,
      description: 'The front door answers with 5xx: its log names the request and what could not be reached.',
    })
    new RegistryDashboard(this, 'Overview', {
      settings,
      door,
      queue: metrics,
      validators: { load: metrics.validatorLoad, tasks: metrics.tasks, unhealthy: metrics.unhealthyValidators },
      throttled: metrics.throttled,
    })
    if (settings.bucketTrail !== 'off') {
      const { prefix, bucketTrail: events } = settings
      new BucketTrail(this, 'BucketTrail', { prefix, events, encryptionKey })
    }
    this.#budget(settings.monthlyBudgetUsd, alarms)
  }

  #budget(monthlyUsd: number, { topic }: Alarms): void {
    const subscribers = [{ subscriptionType: 'SNS', address: topic.topicArn }]
    new CfnBudget(this, 'Budget', {
      budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount: monthlyUsd, unit: 'USD' } },
      notificationsWithSubscribers: (['ACTUAL', 'FORECASTED'] as const).map((notificationType) => ({
        notification: {
          notificationType,
          comparisonOperator: 'GREATER_THAN',
          threshold: 100,
          thresholdType: 'PERCENTAGE',
        },
        subscribers,
      })),
    })
  }
}

function metricsOf(
  scope: Construct,
  prefix: string,
  jobs: IQueue,
  deadLetters: IQueue,
  { service, targets }: ObservabilityStackProps['validators'],
) {
  const waitingJobs = jobs.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' })
  const tables = ofTables(scope, prefix, 'ThrottledRequests')
  return {
    waitingJobs,
    oldestJobS: jobs.metricApproximateAgeOfOldestMessage({ period, statistic: 'Maximum' }),
    deadLetters: deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
    stuck: new MathExpression({
      expression: 'IF(waiting > 0 AND FILL(done, 0) == 0, 1, 0)',
      usingMetrics: { waiting: waitingJobs, done: jobs.metricNumberOfMessagesDeleted({ period, statistic: 'Sum' }) },
      period,
      label: 'work and nothing done',
    }),
    unhealthyValidators: targets.metrics.unhealthyHostCount({ period, statistic: 'Maximum' }),
    // ECS sends one sample a minute for each task that runs
    tasks: service.metricCpuUtilization({ period: Duration.minutes(1), statistic: 'SampleCount', label: 'running' }),
    validatorLoad: [service.metricCpuUtilization({ period }), service.metricMemoryUtilization({ period })],
    throttled: new MathExpression({
      expression: `SUM([${tables.map((_, at) => `FILL(t${at}, 0)`).join(', ')}])`,
      usingMetrics: Object.fromEntries(tables.map((metric, at) => [`t${at}`, metric])),
      period,
      label: 'throttled requests',
    }),
  }
}
