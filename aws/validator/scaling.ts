import { Duration } from 'aws-cdk-lib'
import { AdjustmentType } from 'aws-cdk-lib/aws-applicationautoscaling'
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import type { FargateService } from 'aws-cdk-lib/aws-ecs'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'

export interface ScalingProps {
  readonly service: FargateService
  readonly jobs: IQueue
  readonly least: number
  readonly most: number
}

const period = Duration.minutes(1)

/**
 * Adds validators by how much waits and for how long, and takes one away for each minute in which nothing waited and
 * nothing was being worked on. All steps are relative, so that neither of the two undoes what the other did. From none,
 * the first job brings the first validator.
 */
export function scaleByQueue({ service, jobs, least, most }: ScalingProps): void {
  const tasks = service.autoScaleTaskCount({ minCapacity: least, maxCapacity: most })
  const unfinished = new MathExpression({
    expression: 'waiting + working',
    usingMetrics: {
      waiting: jobs.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      working: jobs.metricApproximateNumberOfMessagesNotVisible({ period, statistic: 'Maximum' }),
    },
    period,
    label: 'jobs that are not done',
  })
  tasks.scaleOnMetric('Depth', {
    metric: unfinished,
    adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
    scalingSteps: [
      { upper: 0, change: -1 },
      { lower: least === 0 ? 1 : 20, change: 1 },
      { lower: 100, change: 5 },
    ],
    cooldown: period,
  })
  tasks.scaleOnMetric('Age', {
    metric: jobs.metricApproximateAgeOfOldestMessage({ period, statistic: 'Maximum' }),
    adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
    // Publishers wait for 20 s
    scalingSteps: [
      { lower: 30, change: 1 },
      { lower: 120, change: 3 },
    ],
    cooldown: Duration.minutes(2),
  })
}
