import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { isJsonObject, type Json } from '../std/json.ts'

/** Key attributes by name; all keys are strings. */
export type ItemKey = Readonly<Record<string, string>>
/** An item as it is stored: parse it before use. Numbers are numbers, sets are `Set`s. */
export type Item = Readonly<Record<string, unknown>>

/** Attributes in DynamoDB's notation (`{ name: { S: 'left-pad' } }`); what is `undefined` is left out. */
export function marshal(attributes: object): object {
  // A map with a key `constructor` (an organisation, a dist-tag) is taken for the instance of a class
  return marshall(attributes, { removeUndefinedValues: true, convertClassInstanceToMap: true })
}

type Attributes = Parameters<typeof unmarshall>[0]

/** Where the protocol has an item, an object is one. */
const isAttributes = (value: unknown): value is Attributes => isJsonObject(value)

export function itemOf(value: Json | undefined): Item | undefined {
  return isAttributes(value) ? unmarshall(value) : undefined
}

export function itemsOf(value: Json | undefined): readonly Item[] {
  return listOf(value).flatMap<Item>((item) => itemOf(item) ?? [])
}

export function keyOf(value: Json | undefined): ItemKey | undefined {
  const key = itemOf(value)
  return key && Object.fromEntries(Object.entries(key).map(([name, part]) => [name, String(part)]))
}

export function fieldOf(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
