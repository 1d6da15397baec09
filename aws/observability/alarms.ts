import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'

export interface AlarmsProps {
  readonly encryptionKey: IKey
  readonly email?: string | undefined
}

export interface Limit {
  readonly metric: IMetric
  /** What it means and what to do. */
  readonly description: string
  /** The alarm sounds at this value and above it. */
  readonly from: number
  readonly periods: number
}

/** The topic that alarms are sent to, and the alarms. */
export class Alarms extends Construct {
  readonly topic: Topic

  constructor(scope: Construct, id: string, { encryptionKey, email }: AlarmsProps) {
    super(scope, id)
    this.topic = new Topic(this, 'Topic', { masterKey: encryptionKey, enforceSSL: true })
    for (const service of ['cloudwatch', 'budgets']) {
      const principal = new ServicePrincipal(`${service}.amazonaws.com`)
      this.topic.grantPublish(principal)
      encryptionKey.grant(principal, 'kms:Decrypt', 'kms:GenerateDataKey*')
    }
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email))
  }

  add(id: string, { metric, description, from, periods }: Limit): void {
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription: description,
      threshold: from,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
    alarm.addAlarmAction(new SnsAction(this.topic))
    alarm.addOkAction(new SnsAction(this.topic))
  }
}
