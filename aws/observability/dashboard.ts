import { Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import { bucketSize, bucketTraffic, counted, mean, ofTables } from './metrics.ts'

/** What a front door measures of itself. */
export interface DoorMetrics {
  readonly requests: IMetric
  /** Answered with 5xx. */
  readonly faults: IMetric
  /** What nearly everybody waits at most. */
  readonly slowest: IMetric
  /** Of what serves there: what it costs, and that it is at its limit. */
  readonly load: readonly IMetric[]
}

export interface RegistryDashboardProps {
  readonly settings: Settings
  readonly door: DoorMetrics
  readonly queue: { readonly oldestJobS: IMetric; readonly waitingJobs: IMetric; readonly deadLetters: IMetric }
  readonly validators: { readonly load: readonly IMetric[]; readonly tasks: IMetric; readonly unhealthy: IMetric }
  readonly throttled: IMetric
}

/** One page: what people notice, then what works for them, then what it costs. */
export class RegistryDashboard extends Construct {
  constructor(scope: Construct, id: string, { settings, door, queue, validators, throttled }: RegistryDashboardProps) {
    super(scope, id)
    const { prefix, bucketMetrics } = settings
    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: `${prefix}registry` })
    dashboard.addWidgets(
      graph('Requests by status', counted(prefix, 'requests'), door.requests),
      beside('Latency: mean (s), and the front door’s p95', mean(prefix, 'requestSeconds'), door.slowest),
      graph('Downloads', counted(prefix, 'downloads')),
    )
    dashboard.addWidgets(
      graph('Refusals by code', counted(prefix, 'refusals')),
      graph('Verdicts by code', counted(prefix, 'verdicts')),
      graph('Errors: 5xx of the front door', door.faults),
    )
    dashboard.addWidgets(
      graph('Oldest job (s)', queue.oldestJobS),
      graph('Jobs', queue.waitingJobs, queue.deadLetters),
      graph('Jobs: mean wait and duration (s)', mean(prefix, 'jobWaitSeconds'), mean(prefix, 'jobSeconds')),
    )
    dashboard.addWidgets(
      graph('Validators: CPU and memory (%)', ...validators.load),
      graph('Validators: running, unhealthy', validators.tasks, validators.unhealthy),
      graph('Throttled', throttled),
    )
    dashboard.addWidgets(
      graph('Requests to AWS by service and outcome', counted(prefix, 'storageRequests')),
      graph('DynamoDB: read units', ...ofTables(this, prefix, 'ConsumedReadCapacityUnits')),
      graph('DynamoDB: write units', ...ofTables(this, prefix, 'ConsumedWriteCapacityUnits')),
    )
    const traffic = ['AllRequests', 'BytesDownloaded', 'BytesUploaded'].map((name) => bucketTraffic(this, prefix, name))
    dashboard.addWidgets(
      graph('Bucket: bytes stored', bucketSize(this, prefix)),
      ...(bucketMetrics ? [graph('Bucket: requests and bytes', ...traffic)] : []),
      graph('Front door: load', ...door.load),
    )
  }
}

/** Two that are measured in different units. */
const beside = (title: string, left: IMetric, right: IMetric) =>
  new GraphWidget({ title, left: [left], right: [right], width: 8 })
const graph = (title: string, ...left: IMetric[]) => new GraphWidget({ title, left, width: 8 })
