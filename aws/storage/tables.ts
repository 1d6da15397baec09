import { RemovalPolicy } from 'aws-cdk-lib'
import {
  AttributeType,
  Billing,
  type GlobalSecondaryIndexPropsV2,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb'
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { type TableDefinition, tables } from '../../src/storage/tables.ts'

export interface TablesProps {
  readonly prefix: string
  readonly encryptionKey: IKey
}

/** The tables of `src/storage/tables.ts`: on demand, restorable to any second of the last 35 days. */
export class Tables extends Construct {
  constructor(scope: Construct, id: string, { prefix, encryptionKey }: TablesProps) {
    super(scope, id)
    for (const [name, definition] of Object.entries<TableDefinition>(tables)) {
      new TableV2(this, name, {
        tableName: `${prefix}${name}`,
        partitionKey: text(definition.partitionKey),
        ...(definition.sortKey === undefined ? {} : { sortKey: text(definition.sortKey) }),
        ...(definition.ttl === undefined ? {} : { timeToLiveAttribute: definition.ttl }),
        ...(definition.appendOnly === undefined ? {} : { resourcePolicy: onlyAdding() }),
        globalSecondaryIndexes: indexesOf(definition),
        billing: Billing.onDemand(),
        encryption: TableEncryptionV2.customerManagedKey(encryptionKey),
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        deletionProtection: true,
        removalPolicy: RemovalPolicy.RETAIN,
      })
    }
  }
}

const text = (name: string) => ({ name, type: AttributeType.STRING })

function indexesOf({ indexes }: TableDefinition): GlobalSecondaryIndexPropsV2[] {
  return Object.entries(indexes).map(([indexName, { partitionKey, sortKey }]) => ({
    indexName,
    partitionKey: text(partitionKey),
    sortKey: text(sortKey),
  }))
}

/**
 * Stands above every role's own policy, also an administrator's. IAM cannot tell a put that replaces from one that adds:
 * against that stand the condition in the code, and point-in-time recovery.
 * The resource is `*` because a policy inside of a table cannot name the table; it means this one and its indexes.
 */
function onlyAdding(): PolicyDocument {
  const statement = new PolicyStatement({
    sid: 'OnlyAdding',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate', 'PartiQLDelete'].map(
      (action) => `dynamodb:${action}`,
    ),
    resources: ['*'],
  })
  return new PolicyDocument({ statements: [statement] })
}
