import { marshal } from './dynamodb-items.ts'

/** What an attribute is compared with. */
export type Scalar = string | number | boolean

type Comparison = Readonly<Record<string, Scalar>>

/**
 * What must be true of the stored item. All parts of one object must hold, and all attributes of one part:
 * `{ attributeExists: 'item', equals: { status: 'pending', uploadId } }`. Attributes are top-level ones. A comparison
 * does not hold for an attribute that is absent.
 */
export interface Condition {
  readonly attributeExists?: string
  readonly attributeNotExists?: string
  readonly equals?: Comparison
  /** Holds for an absent attribute too. */
  readonly notEquals?: Comparison
  readonly lessThan?: Comparison
  readonly atMost?: Comparison
  readonly greaterThan?: Comparison
  readonly atLeast?: Comparison
  readonly beginsWith?: Readonly<Record<string, string>>
  /** The list or set (or text) in the attribute contains the value. */
  readonly contains?: Comparison
  readonly in?: Readonly<Record<string, readonly Scalar[]>>
  readonly allOf?: readonly Condition[]
  readonly anyOf?: readonly Condition[]
  readonly not?: Condition
}

/** A change of one item. Attributes are top-level ones; what is not named stays. */
export interface Change {
  /** `undefined` leaves the attribute alone. */
  readonly set?: Readonly<Record<string, unknown>>
  readonly remove?: readonly string[]
  /** Adds to a number, where an absent one counts as 0; or to a set of texts. */
  readonly add?: Readonly<Record<string, number | ReadonlySet<string>>>
}

/** Which part of the sort keys a query reads. */
export type SortCondition =
  | { readonly equals: string }
  | { readonly beginsWith: string }
  | { readonly between: readonly [from: string, to: string] }
  | { readonly lessThan: string }
  | { readonly atMost: string }
  | { readonly greaterThan: string }
  | { readonly atLeast: string }

const operators = [
  ['equals', '='],
  ['notEquals', '<>'],
  ['lessThan', '<'],
  ['atMost', '<='],
  ['greaterThan', '>'],
  ['atLeast', '>='],
] as const

/**
 * Collects the names and values of all expressions of one request. Every name and value stands as a placeholder, so
 * that neither reserved words nor contents can disturb an expression.
 */
export class Expressions {
  readonly #names = new Map<string, string>()
  readonly #values: Record<string, unknown> = {}
  #valueCount = 0

  condition(condition: Condition): string {
    const parts = [...this.#comparisons(condition), ...this.#groups(condition)]
    if (parts.length === 0) throw new Error('an empty condition')
    return parts.join(' AND ')
  }

  key(partition: readonly [name: string, value: string], sortName?: string, sort?: SortCondition): string {
    const expression = `${this.#name(partition[0])} = ${this.#value(partition[1])}`
    if (!sort) return expression
    if (sortName === undefined) throw new Error('a sort condition on keys without a sort key')
    return `${expression} AND ${this.#sort(this.#name(sortName), sort)}`
  }

  update({ set = {}, remove = [], add = {} }: Change): string {
    const sets = Object.entries(set).filter(([, value]) => value !== undefined)
    const clauses = [
      ['SET', sets.map(([name, value]) => `${this.#name(name)} = ${this.#value(value)}`)],
      ['REMOVE', remove.map((name) => this.#name(name))],
      ['ADD', Object.entries(add).map(([name, value]) => `${this.#name(name)} ${this.#value(value)}`)],
    ] as const
    const filled = clauses.filter(([, items]) => items.length > 0)
    if (filled.length === 0) throw new Error('an empty change')
    return filled.map(([clause, items]) => `${clause} ${items.join(', ')}`).join(' ')
  }

  projection(attributes: readonly string[]): string {
    return attributes.map((name) => this.#name(name)).join(', ')
  }

  /** The request's maps of placeholders. */
  fields(): { readonly ExpressionAttributeNames?: object; readonly ExpressionAttributeValues?: object } {
    return {
      ...(this.#names.size > 0 && {
        ExpressionAttributeNames: Object.fromEntries(
          [...this.#names].map(([name, placeholder]) => [placeholder, name]),
        ),
      }),
      ...(this.#valueCount > 0 && { ExpressionAttributeValues: marshal(this.#values) }),
    }
  }

  #comparisons(condition: Condition): readonly string[] {
    const { attributeExists, attributeNotExists, beginsWith = {}, contains = {} } = condition
    return [
      ...(attributeExists === undefined ? [] : [`attribute_exists(${this.#name(attributeExists)})`]),
      ...(attributeNotExists === undefined ? [] : [`attribute_not_exists(${this.#name(attributeNotExists)})`]),
      ...operators.flatMap(([part, operator]) => {
        return Object.entries(condition[part] ?? {}).map(([name, value]) => this.#compare(name, operator, value))
      }),
      ...Object.entries(beginsWith).map(([name, value]) => `begins_with(${this.#name(name)}, ${this.#value(value)})`),
      ...Object.entries(contains).map(([name, value]) => `contains(${this.#name(name)}, ${this.#value(value)})`),
      ...Object.entries(condition.in ?? {}).map(([name, values]) => {
        return `${this.#name(name)} IN (${values.map((value) => this.#value(value)).join(', ')})`
      }),
    ]
  }

  #groups({ allOf, anyOf, not }: Condition): readonly string[] {
    return [
      ...(allOf ? [this.#joined(allOf, ' AND ')] : []),
      ...(anyOf ? [this.#joined(anyOf, ' OR ')] : []),
      ...(not ? [`NOT (${this.condition(not)})`] : []),
    ]
  }

  #joined(conditions: readonly Condition[], separator: string): string {
    if (conditions.length === 0) throw new Error('an empty group of conditions')
    return `(${conditions.map((condition) => `(${this.condition(condition)})`).join(separator)})`
  }

  #sort(name: string, sort: SortCondition): string {
    if ('beginsWith' in sort) return `begins_with(${name}, ${this.#value(sort.beginsWith)})`
    if ('between' in sort) return `${name} BETWEEN ${this.#value(sort.between[0])} AND ${this.#value(sort.between[1])}`
    if ('equals' in sort) return `${name} = ${this.#value(sort.equals)}`
    if ('lessThan' in sort) return `${name} < ${this.#value(sort.lessThan)}`
    if ('atMost' in sort) return `${name} <= ${this.#value(sort.atMost)}`
    if ('greaterThan' in sort) return `${name} > ${this.#value(sort.greaterThan)}`
    return `${name} >= ${this.#value(sort.atLeast)}`
  }

  #compare(name: string, operator: string, value: Scalar): string {
    return `${this.#name(name)} ${operator} ${this.#value(value)}`
  }

  #name(name: string): string {
    const placeholder = this.#names.get(name) ?? `#n${this.#names.size}`
    this.#names.set(name, placeholder)
    return placeholder
  }

  #value(value: unknown): string {
    if (value === undefined) throw new Error('an undefined value in an expression')
    const placeholder = `:v${this.#valueCount++}`
    this.#values[placeholder] = value
    return placeholder
  }
}
