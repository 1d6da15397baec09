import { Duration, Stack } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import { measures } from '../../src/model/telemetry.ts'
import { tables } from '../../src/storage/tables.ts'
import { bucketMetricsId, bucketName, metricsNamespace } from '../names.ts'

export const period = Duration.minutes(5)

/** A metric that the services count themselves (`src/model/telemetry.ts`): all series of it that there are. */
export function counted(prefix: string, key: keyof typeof measures): MathExpression {
  return new MathExpression({ expression: search(prefix, key, ''), usingMetrics: {}, period, label: '' })
}

/** The mean of a histogram of theirs, in seconds, over everything. */
export function mean(prefix: string, key: keyof typeof measures): MathExpression {
  return new MathExpression({
    expression: `SUM(${search(prefix, key, '_sum')}) / SUM(${search(prefix, key, '_count')})`,
    usingMetrics: {},
    period,
    label: `mean ${measures[key].name}`,
  })
}

/** Names and dimensions stand in quotes: they hold hyphens. Which values there are, nobody has to list. */
function search(prefix: string, key: keyof typeof measures, suffix: string): string {
  const { name, ...definition } = measures[key]
  const labels = 'embeddedBy' in definition ? definition.embeddedBy : []
  const schema = [metricsNamespace(prefix), 'component', ...labels].map((part) => `"${part}"`).join(',')
  return `SEARCH('{${schema}} MetricName="${name}${suffix}"', 'Sum', ${period.toSeconds()})`
}

/** What DynamoDB asks money for, or counts otherwise, by table. */
export function ofTables(scope: Construct, prefix: string, metricName: string): Metric[] {
  return Object.keys(tables).map(
    (name) =>
      new Metric({
        namespace: 'AWS/DynamoDB',
        metricName,
        dimensionsMap: { TableName: `${prefix}${name}` },
        statistic: 'Sum',
        period,
        region: Stack.of(scope).region,
        label: name,
      }),
  )
}

/** How much the bucket holds: S3 says it once a day. */
export function bucketSize(scope: Construct, prefix: string): IMetric {
  return new Metric({
    namespace: 'AWS/S3',
    metricName: 'BucketSizeBytes',
    dimensionsMap: { BucketName: bucketName(scope, prefix), StorageType: 'StandardStorage' },
    statistic: Stats.AVERAGE,
    period: Duration.days(1),
    region: Stack.of(scope).region,
    label: 'bytes stored',
  })
}

/** What S3 counts of requests where the setting `bucketMetrics` asks for it. */
export function bucketTraffic(scope: Construct, prefix: string, metricName: string): IMetric {
  return new Metric({
    namespace: 'AWS/S3',
    metricName,
    dimensionsMap: { BucketName: bucketName(scope, prefix), FilterId: bucketMetricsId },
    statistic: 'Sum',
    period,
    region: Stack.of(scope).region,
    label: metricName,
  })
}
