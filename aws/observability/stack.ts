import { Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { CfnBudget } from 'aws-cdk-lib/aws-budgets'
import { Dashboard, GraphWidget, type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import type { FargateService } from 'aws-cdk-lib/aws-ecs'
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Key } from 'aws-cdk-lib/aws-kms'
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { queueArn } from '../names.ts'
import type { Settings } from '../settings.ts'
import { Alarms, throttledRequests } from './alarms.ts'

export interface ObservabilityStackProps extends StackProps {
  readonly settings: Settings
  /** Requests that the front door answered with 5xx. */
  readonly faults: IMetric
  readonly validators: { readonly service: FargateService; readonly targets: ApplicationTargetGroup }
}

const period = Duration.minutes(5)

/** What wakes somebody up, what they then look at, and what it all may cost. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, { settings, validators, faults, ...props }: ObservabilityStackProps) {
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
      metric: faults,
      from: 10,
      periods: 3,
      description: 'The front door answers with 5xx: its log names the request and what could not be reached.',
    })
    this.#dashboard(settings.prefix, metrics, faults)
    this.#budget(settings.monthlyBudgetUsd, alarms)
  }

  #dashboard(prefix: string, metrics: ReturnType<typeof metricsOf>, faults: IMetric): void {
    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: `${prefix}registry` })
    const graph = (title: string, ...left: IMetric[]) => new GraphWidget({ title, left, width: 8 })
    dashboard.addWidgets(
      graph('Oldest job (s)', metrics.oldestJobS),
      graph('Jobs', metrics.waitingJobs, metrics.deadLetters),
      graph('Validators: CPU and memory (%)', ...metrics.validatorLoad),
    )
    dashboard.addWidgets(
      graph('Refused by DynamoDB', metrics.throttled),
      graph('Unhealthy', metrics.unhealthyValidators),
      graph('Front door: 5xx', faults),
    )
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
  const tables = throttledRequests(scope, prefix)
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
    validatorLoad: [service.metricCpuUtilization({ period }), service.metricMemoryUtilization({ period })],
    throttled: new MathExpression({
      expression: `SUM([${tables.map((_, at) => `FILL(t${at}, 0)`).join(', ')}])`,
      usingMetrics: Object.fromEntries(tables.map((metric, at) => [`t${at}`, metric])),
      period,
      label: 'throttled requests',
    }),
  }
}
