import { RemovalPolicy, Stack } from 'aws-cdk-lib'
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
import { keyAliasArn } from '../names.ts'

export interface TablesProps {
  readonly prefix: string
  readonly encryptionKey: IKey
  /** Regions with a copy of every table. */
  readonly copies: readonly string[]
  /** Whether the copies are there already: CloudFormation cannot make one and give it a policy at once. */
  readonly guardCopies: boolean
}

/** The tables of `src/storage/tables.ts`: on demand, restorable to any second of the last 35 days. */
export class Tables extends Construct {
  constructor(scope: Construct, id: string, { prefix, encryptionKey, copies, guardCopies }: TablesProps) {
    super(scope, id)
    const keys = Object.fromEntries(copies.map((region) => [region, keyAliasArn(this, prefix, 'tables', region)]))
    const guard = ({ appendOnly }: TableDefinition) =>
      appendOnly !== undefined && guardCopies ? { resourcePolicy: this.#onlyAdding(true) } : {}
    for (const [name, definition] of Object.entries<TableDefinition>(tables)) {
      new TableV2(this, name, {
        tableName: `${prefix}${name}`,
        partitionKey: text(definition.partitionKey),
        ...(definition.sortKey === undefined ? {} : { sortKey: text(definition.sortKey) }),
        ...(definition.ttl === undefined ? {} : { timeToLiveAttribute: definition.ttl }),
        ...(definition.appendOnly === undefined ? {} : { resourcePolicy: this.#onlyAdding(copies.length > 0) }),
        ...(copies.length === 0 ? {} : { replicas: copies.map((region) => ({ region, ...guard(definition) })) }),
        globalSecondaryIndexes: indexesOf(definition),
        billing: Billing.onDemand(),
        encryption: TableEncryptionV2.customerManagedKey(encryptionKey, keys),
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        deletionProtection: true,
        removalPolicy: RemovalPolicy.RETAIN,
      })
    }
  }

  /**
   * Stands above every role's own policy, also an administrator's. IAM cannot tell a put that replaces from one that
   * adds: against that stand the condition in the code, and point-in-time recovery.
   * The resource is `*` because a policy inside of a table cannot name the table; it means this one and its indexes.
   * DynamoDB itself must be let through to carry items to copies: a copy that it may not write to is cut off for good
   * after 20 hours.
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html
   */
  #onlyAdding(isCopied: boolean): PolicyDocument {
    const role = 'aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication'
    const replication = Stack.of(this).formatArn({ service: 'iam', region: '', resource: 'role', resourceName: role })
    const statement = new PolicyStatement({
      sid: 'OnlyAdding',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate', 'PartiQLDelete'].map(
        (action) => `dynamodb:${action}`,
      ),
      resources: ['*'],
      ...(isCopied && { conditions: { ArnNotEquals: { 'aws:PrincipalArn': replication } } }),
    })
    return new PolicyDocument({ statements: [statement] })
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
