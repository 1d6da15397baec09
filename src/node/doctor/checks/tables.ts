import { isJsonObject, type Json, type JsonObject } from '../../../std/json.ts'
import { isLoopback } from '../../../std/origin.ts'
import { fieldOf, listOf } from '../../../storage/dynamodb-items.ts'
import { type TableDefinition, type TableName, tables } from '../../../storage/tables.ts'
import type { Check } from '../check.ts'
import type { Exam } from '../exam.ts'
import { findingOf, troubleOf } from '../failure.ts'
import { combine, type Finding, ok, problem, skipped, warning } from '../finding.ts'

const isTableName = (name: string): name is TableName => Object.hasOwn(tables, name)
const deployRemedy =
  'Deploy the storage stack of this version: tables, keys and indexes come from src/storage/tables.ts.'

/** Each table is there, with the keys, indexes and expiry of `src/storage/tables.ts`. */
export function tablesCheck(exam: Exam): Check {
  return {
    name: 'tables',
    needs: ['credentials'],
    timeoutMs: 60_000,
    async run() {
      const names = Object.keys(tables).filter(isTableName)
      const found = await Promise.all(names.map((table) => examine(exam, table)))
      return combine([ok(`All ${names.length} tables are as they should be.`), ...found.flat()])
    },
  }
}

async function examine(exam: Exam, table: TableName): Promise<readonly Finding[]> {
  const { db } = exam.stores
  const TableName = db.tableName(table)
  try {
    const description = fieldOf(await db.call('DescribeTable', { TableName }), 'Table')
    const flaws = isJsonObject(description) ? flawsOf(description, tables[table]) : ['has no description']
    const found = flaws.map((flaw) => problem(`The table ${TableName} ${flaw}.`, deployRemedy))
    return [...found, ...(await examineExpiry(exam, table, TableName))]
  } catch (error) {
    const trouble = troubleOf(error)
    if (trouble === 'absent') return [problem(`The table ${TableName} is missing.`, deployRemedy)]
    if (trouble === 'denied') return [skipped(`These credentials may not describe the table ${TableName}.`)]
    return [findingOf(error)]
  }
}

function flawsOf(description: JsonObject, definition: TableDefinition): readonly string[] {
  const status = description['TableStatus']
  const flaws = status === 'ACTIVE' || status === 'UPDATING' ? [] : [`is ${String(status).toLowerCase()}`]
  if (!hasKeys(description, definition)) flaws.push('has other keys')
  const indexes = listOf(description['GlobalSecondaryIndexes'])
  for (const [name, keys] of Object.entries(definition.indexes)) {
    const index = indexes.find((one) => fieldOf(one, 'IndexName') === name)
    if (index === undefined) flaws.push(`has no index ${name}`)
    else if (!hasKeys(index, keys)) flaws.push(`has other keys in its index ${name}`)
    else if (fieldOf(index, 'IndexStatus') === 'CREATING') flaws.push(`is still making its index ${name}`)
  }
  return flaws
}

function hasKeys(of: Json, { partitionKey, sortKey }: Pick<TableDefinition, 'partitionKey' | 'sortKey'>): boolean {
  const found = listOf(fieldOf(of, 'KeySchema')).map(
    (key) => `${fieldOf(key, 'KeyType')} ${fieldOf(key, 'AttributeName')}`,
  )
  const wanted = [`HASH ${partitionKey}`, ...(sortKey === undefined ? [] : [`RANGE ${sortKey}`])]
  return found.length === wanted.length && wanted.every((key) => found.includes(key))
}

/** Local servers expire nothing, and that is no flaw of the table. */
async function examineExpiry(exam: Exam, table: TableName, TableName: string): Promise<readonly Finding[]> {
  const { ttl }: TableDefinition = tables[table]
  if (ttl === undefined || isLoopback(exam.service('dynamodb').endpoint)) return []
  try {
    const answer = await exam.stores.db.call('DescribeTimeToLive', { TableName })
    const expiry = fieldOf(answer, 'TimeToLiveDescription')
    const isOn = ['ENABLED', 'ENABLING'].includes(String(fieldOf(expiry, 'TimeToLiveStatus')))
    if (isOn && fieldOf(expiry, 'AttributeName') === ttl) return []
    return [warning(`The table ${TableName} does not remove items by "${ttl}": they stay, and cost.`, deployRemedy)]
  } catch (error) {
    if (troubleOf(error) !== 'denied') throw error
    return [skipped(`These credentials may not see how the table ${TableName} expires.`)]
  }
}
