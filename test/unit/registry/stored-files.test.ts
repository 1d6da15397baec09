import { expect, test } from 'vitest'
import { genericFormat } from '../../../src/generic/format.ts'
import type { FileName, OrgName, PackageName, UploadId, Username, Version } from '../../../src/model/ids.ts'
import type { Head, VersionRecord } from '../../../src/model/records.ts'
import { allOf, payerOf } from '../../../src/model/stored.ts'
import { additionsOf } from '../../../src/registry/count-stored.ts'
import { relisted, withListed } from '../../../src/registry/stored-files.ts'

const at = '2026-11-25T00:00:00.000Z'
const ana = 'ana' as Username
const head: Head = {
  ...{ format: 'generic', name: 'lib' as PackageName, generation: 1, visibility: 'private', owners: [ana], tags: {} },
  ...{ createdAt: at, modifiedAt: at },
}

function record(name: string, sizeBytes: number, status: VersionRecord['status'] = 'published'): VersionRecord {
  const filename = name as FileName
  return {
    ...{ format: 'generic', name: head.name, version: '1.0.0' as Version, filename, status },
    ...{ uploadId: 'u' as UploadId, publisher: ana, file: { filename, sizeBytes }, tags: [] },
    ...{ claimedAt: at, statusAt: at, publishedAt: at, attempts: 1 },
  }
}

/** A list that has these files. */
function listing(...names: string[]) {
  const files = Object.fromEntries(names.map((name) => [name, {}]))
  return new Map([['1.0.0', { publishedAt: at, document: { files } }]])
}

test('the organisation of a package pays for it, or its first owner, also for one whose scope was free', () => {
  expect(payerOf(head)).toBe('user/ana')
  expect(payerOf({ ...head, org: 'acme' as OrgName })).toBe('org/acme')
  const scoped = { ...head, name: '@acme/lib' as PackageName }
  expect(payerOf(scoped)).toBe('org/acme')
  expect(payerOf({ ...scoped, paidBy: 'owner' })).toBe('user/ana')
})

test('a file counts as long as it is listed or blocked, of a version with several', () => {
  const one = withListed(head, record('a', 10))
  expect(one).toEqual({ listed: { bytes: 10, files: 1 }, blocked: {} })
  const two = { ...head, stored: withListed({ ...head, stored: one ?? expect.unreachable() }, record('b', 5)) }
  const known = { ...two, stored: two.stored ?? expect.unreachable() }
  const blocked = relisted(
    genericFormat,
    known,
    [record('a', 10, 'blocked'), record('b', 5, 'unpublished')],
    [listing('a', 'b'), new Map()],
  )
  expect(blocked).toEqual({ listed: { bytes: 0, files: 0 }, blocked: { '1.0.0': { bytes: 10, files: 1 } } })
  expect(blocked && allOf(blocked)).toEqual({ bytes: 10, files: 1 })
  // One of two blocked files is gone, and nothing was listed
  const rest = relisted(
    genericFormat,
    { ...head, stored: blocked ?? expect.unreachable() },
    [record('a', 10, 'unpublished'), record('b', 5, 'unpublished')],
    [new Map(), new Map()],
  )
  expect(rest).toEqual({ listed: { bytes: 0, files: 0 }, blocked: {} })
})

test('of a package that was published before anybody counted, nothing is said', () => {
  const old = { ...head, revision: '1-a' as NonNullable<Head['revision']> }
  expect(withListed(old, record('a', 10))).toBeUndefined()
  expect(relisted(genericFormat, old, [record('a', 10)], [listing(), listing('a')])).toBeUndefined()
})

test('a change adds to the totals what differs: to both payers when a package moves, and once to the registry', () => {
  const share = (payer: 'user/ana' | 'org/acme', bytes: number) => {
    return { payer: payer as ReturnType<typeof payerOf>, amount: { bytes, files: 1 } }
  }
  const additions = (...[counted, next]: Parameters<typeof share>[]) => {
    const shares = { generation: 1, writes: 1, next: share(...(next ?? expect.unreachable())) }
    const all = additionsOf(head, counted === undefined ? shares : { ...shares, counted: share(...counted) })
    return [...all].map(([account, { bytes, files }]) => [account.replace(/\d$/, 'n'), bytes, files])
  }
  expect(additions(['user/ana', 10], ['user/ana', 14])).toEqual([
    ['user/ana', 4, 0],
    ['registry/n', 4, 0],
  ])
  expect(additions(['user/ana', 10], ['org/acme', 10])).toEqual([
    ['org/acme', 10, 1],
    ['user/ana', -10, -1],
  ])
})
