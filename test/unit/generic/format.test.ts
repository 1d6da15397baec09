import { expect, test } from 'vitest'
import { genericFormat } from '../../../src/generic/format.ts'
import type { ListedVersion, SnapshotState } from '../../../src/model/format.ts'
import type { FileName, PackageName, Revision, UploadId, Username, Version } from '../../../src/model/ids.ts'
import type { Head, VersionRecord } from '../../../src/model/records.ts'

const at = (minute: number) => `2026-11-25T00:0${minute}:00.000Z`

function record(version: string, filename: string, minute: number, more: Partial<VersionRecord> = {}): VersionRecord {
  return {
    format: 'generic',
    name: '@acme/model' as PackageName,
    version: version as Version,
    filename: filename as FileName,
    status: 'published',
    uploadId: 'up_1' as UploadId,
    publisher: 'ana' as Username,
    file: { filename: filename as FileName, sizeBytes: 5, sha1: 'a', sha256: 'b', sha512: 'c' },
    tags: [],
    claimedAt: at(0),
    statusAt: at(0),
    attempts: 1,
    publishedAt: at(minute),
    ...more,
  }
}

const accepted = (description?: string) => ({
  manifest: description === undefined ? {} : { description },
  fileCount: 1,
  unpackedSizeBytes: 5,
})
const listed = (records: readonly VersionRecord[]) =>
  records.reduce<ListedVersion | undefined>((before, one) => genericFormat.list(one, accepted(), before), undefined)

const files = [
  record('1.0.0', 'b.bin', 2),
  record('1.0.0', 'a.bin', 1),
  record('1.0.0', 'c.bin', 3, { releases: true }),
]

const head: Head = {
  format: 'generic',
  name: '@acme/model' as PackageName,
  generation: 1,
  visibility: 'private',
  owners: ['ana' as Username],
  tags: { latest: '1.0.0' as Version },
  createdAt: at(0),
  modifiedAt: at(3),
}

test('what is listed of a version does not depend on the order in which its files came', () => {
  expect(listed(files)).toEqual(listed(files.toReversed()))
  expect(JSON.stringify(listed(files))).toBe(JSON.stringify(listed(files.toReversed())))
  expect(listed(files)?.document).toMatchObject({ publishedAt: at(1), released: true })
})

test('a file goes from its version, and the version with the last one', () => {
  const [first, second, third] = files as [VersionRecord, VersionRecord, VersionRecord]
  const all = listed(files) ?? expect.unreachable()
  const left = genericFormat.unlist(third, all) ?? expect.unreachable()
  expect(left).toEqual(listed([first, second]))
  expect(genericFormat.lists(third, left)).toBe(false)
  expect(genericFormat.unlist(second, genericFormat.unlist(first, left) ?? expect.unreachable())).toBeUndefined()
})

test('a version is yanked as long as one of its files says so', () => {
  const all = listed(files) ?? expect.unreachable()
  const [first] = files as [VersionRecord]
  const yanked = genericFormat.relist({ ...first, deprecated: 'broken' }, all)
  expect(yanked.document['deprecated']).toBe('broken')
  const more = genericFormat.list(record('1.0.0', 'd.bin', 4), accepted('more'), yanked)
  expect(more.document).toMatchObject({ deprecated: 'broken', description: 'more' })
  expect(genericFormat.relist(first, yanked)).toEqual(all)
})

test('latest falls back to the highest that is not yanked, and to no pre-release if it can', () => {
  const one = (version: string, more: Partial<VersionRecord> = {}) => listed([record(version, 'a', 1, more)])
  const versions = (all: Record<string, ListedVersion | undefined>) => all as SnapshotState['versions']
  const yanked = { deprecated: 'broken' }
  expect(
    genericFormat.fallbackVersion(
      versions({
        '1.9.0': one('1.9.0'),
        '1.10.0': one('1.10.0'),
        '2.0.0': one('2.0.0', yanked),
        '3.0.0-a': one('3.0.0-a'),
      }),
    ),
  ).toBe('1.10.0')
  expect(genericFormat.fallbackVersion(versions({ '3.0.0-a': one('3.0.0-a') }))).toBe('3.0.0-a')
  expect(genericFormat.fallbackVersion(versions({ '1.0.0': one('1.0.0', yanked) }))).toBeUndefined()
})

test('a listing holds the whole state, and its page no markup of a publisher', () => {
  const evil = genericFormat.list(files[0] as VersionRecord, accepted('<script>'))
  const state: SnapshotState = {
    versions: { '1.0.0': genericFormat.relist({ ...(files[0] as VersionRecord), deprecated: '<b>' }, evil) },
    readme: '',
  }
  const target = { revision: '1-a' as Revision, publicUrl: 'https://deckle.example' }
  const [listing, page, versions] = genericFormat.render(head, state, target)
  expect(genericFormat.restore(JSON.parse(listing?.text ?? ''))).toEqual(state)
  expect(page?.text).toContain('&lt;b&gt;')
  expect(page?.text).not.toContain('<b>')
  expect(JSON.parse(versions?.text ?? '')).toEqual({ versions: [] })
})
