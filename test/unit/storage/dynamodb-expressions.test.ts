import { describe, expect, test } from 'vitest'
import { type Condition, Expressions } from '../../../src/storage/dynamodb-expressions.ts'

function compiled(condition: Condition) {
  const expressions = new Expressions()
  return { expression: expressions.condition(condition), ...expressions.fields() }
}

describe('a condition', () => {
  test('puts every name and value behind a placeholder', () => {
    expect(compiled({ attributeExists: 'item', equals: { status: 'pending', attempts: 2 } })).toEqual({
      expression: 'attribute_exists(#n0) AND #n1 = :v0 AND #n2 = :v1',
      ExpressionAttributeNames: { '#n0': 'item', '#n1': 'status', '#n2': 'attempts' },
      ExpressionAttributeValues: { ':v0': { S: 'pending' }, ':v1': { N: '2' } },
    })
  })

  test.for<[Condition, string]>([
    [{ attributeNotExists: 'a' }, 'attribute_not_exists(#n0)'],
    [{ notEquals: { a: true } }, '#n0 <> :v0'],
    [{ lessThan: { a: 1 } }, '#n0 < :v0'],
    [{ atMost: { a: 1 } }, '#n0 <= :v0'],
    [{ greaterThan: { a: 1 } }, '#n0 > :v0'],
    [{ atLeast: { a: 1 } }, '#n0 >= :v0'],
    [{ beginsWith: { a: 'x' } }, 'begins_with(#n0, :v0)'],
    [{ contains: { a: 'x' } }, 'contains(#n0, :v0)'],
    [{ in: { a: ['x', 'y'] } }, '#n0 IN (:v0, :v1)'],
    [{ not: { equals: { a: 1 } } }, 'NOT (#n0 = :v0)'],
    [{ allOf: [{ equals: { a: 1 } }, { equals: { b: 2 } }] }, '((#n0 = :v0) AND (#n1 = :v1))'],
    [
      { attributeExists: 'a', anyOf: [{ equals: { a: 1 } }, { equals: { a: 2, b: 3 } }] },
      'attribute_exists(#n0) AND ((#n0 = :v0) OR (#n0 = :v1 AND #n1 = :v2))',
    ],
  ])('%j is %s', ([condition, expression]) => {
    expect(compiled(condition).expression).toBe(expression)
  })

  test.for<Condition>([{}, { allOf: [] }, { anyOf: [{}] }])('%j says nothing, and is a mistake', (condition) => {
    expect(() => compiled(condition)).toThrow('empty')
  })
})

describe('a change', () => {
  test('sets, removes and adds, and leaves alone what is undefined', () => {
    const expressions = new Expressions()
    const update = expressions.update({ set: { a: { b: [1] }, gone: undefined }, remove: ['c'], add: { d: 1 } })
    expect(update).toBe('SET #n0 = :v0 REMOVE #n1 ADD #n2 :v1')
    expect(expressions.fields()).toEqual({
      ExpressionAttributeNames: { '#n0': 'a', '#n1': 'c', '#n2': 'd' },
      ExpressionAttributeValues: { ':v0': { M: { b: { L: [{ N: '1' }] } } }, ':v1': { N: '1' } },
    })
  })

  test('of nothing is a mistake', () => {
    expect(() => new Expressions().update({ set: { a: undefined } })).toThrow('empty change')
  })
})

test('keys are compared as a query needs it', () => {
  const key = (sort?: Parameters<Expressions['key']>[2]) => new Expressions().key(['p', 'x'], 's', sort)
  expect(key()).toBe('#n0 = :v0')
  expect(key({ beginsWith: 'a' })).toBe('#n0 = :v0 AND begins_with(#n1, :v1)')
  expect(key({ between: ['a', 'b'] })).toBe('#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2')
  expect(key({ equals: 'a' })).toBe('#n0 = :v0 AND #n1 = :v1')
  expect(key({ lessThan: 'a' })).toBe('#n0 = :v0 AND #n1 < :v1')
  expect(key({ atMost: 'a' })).toBe('#n0 = :v0 AND #n1 <= :v1')
  expect(key({ greaterThan: 'a' })).toBe('#n0 = :v0 AND #n1 > :v1')
  expect(key({ atLeast: 'a' })).toBe('#n0 = :v0 AND #n1 >= :v1')
})
