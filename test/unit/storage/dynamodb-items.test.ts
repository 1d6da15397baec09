import { expect, test } from 'vitest'
import type { Json } from '../../../src/std/json.ts'
import { itemOf, marshal } from '../../../src/storage/dynamodb-items.ts'

const stored = (item: object) => itemOf(JSON.parse(JSON.stringify(marshal(item))) as Json)

test('an item is read as it was written, less what is undefined', () => {
  const item = { name: 'a', count: 1, isOn: true, tags: { latest: '1.0.0' }, owners: ['ana'] }
  expect(stored({ ...item, gone: undefined })).toEqual(item)
})

test('a map may have a key that every object has', () => {
  const item = { orgs: { constructor: 'owner', valueof: 'member', toString: 'admin' } }
  expect(stored(item)).toEqual(item)
})
