import { describe, expect, test } from 'vitest'
import type { SnapshotState } from '../../../src/model/format.ts'
import type { FileName, Revision, UploadId, Username, Version } from '../../../src/model/ids.ts'
import type { Head, VersionRecord } from '../../../src/model/records.ts'
import { npmFormat } from '../../../src/npm/format.ts'
import { packageName } from '../../../src/npm/names.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../src/std/json.ts'

const name = packageName('@acme/lib')
const target = { revision: '3-abc' as Revision, publicUrl: 'https://registry.example' }

const head: Head = {
  format: 'npm',
  name,
  generation: 3,
  visibility: 'public',
  owners: ['ana' as Username],
  tags: { latest: '1.1.0' as Version, next: '2.0.0-rc.1' as Version },
  createdAt: '2026-01-01T00:00:00.000Z',
  modifiedAt: '2026-03-01T00:00:00.000Z',
}

function record(version: string, publishedAt: string): VersionRecord {
  return {
    format: 'npm',
    name,
    version: version as Version,
    status: 'published',
    uploadId: 'u' as UploadId,
    publisher: 'ana' as Username,
    file: { filename: `lib-${version}.tgz` as FileName, sizeBytes: 10, sha1: 'aa', sha256: 'bb', sha512: 'cafe' },
    tags: ['latest'],
    claimedAt: publishedAt,
    statusAt: publishedAt,
    attempts: 1,
    publishedAt,
  }
}

function list(version: string, publishedAt: string, extra: JsonObject = {}) {
  const manifest = { name, version, description: `about ${version}`, scripts: { test: 'x' }, main: 'i.js', ...extra }
  return npmFormat.list(record(version, publishedAt), { manifest, fileCount: 2, unpackedSizeBytes: 30 })
}

const state: SnapshotState = {
  readme: '# lib',
  versions: {
    '2.0.0-rc.1': list('2.0.0-rc.1', '2026-03-01T00:00:00.000Z'),
    '1.0.0': list('1.0.0', '2026-01-01T00:00:00.000Z', { dependencies: { left: '^1' }, hasInstallScript: true }),
    '1.1.0': list('1.1.0', '2026-02-01T00:00:00.000Z', { bin: { lib: 'cli.js' } }),
  },
}

function rendered(): { full: JsonObject; short: JsonObject } {
  const [full, short] = npmFormat.render(head, state, target).map(({ text }) => JSON.parse(text) as Json)
  if (!isJsonObject(full) || !isJsonObject(short)) throw new Error('not objects')
  return { full, short }
}

describe('packuments', () => {
  test('time has every listed version in order of publication, and modified stands in both forms', () => {
    const { full, short } = rendered()
    expect(Object.keys(full['versions'] as JsonObject)).toEqual(['1.0.0', '1.1.0', '2.0.0-rc.1'])
    for (const document of [full, short]) {
      expect(document['modified']).toBe('2026-03-01T00:00:00.000Z')
      expect(document['time']).toEqual({
        created: '2026-01-01T00:00:00.000Z',
        modified: '2026-03-01T00:00:00.000Z',
        '1.0.0': '2026-01-01T00:00:00.000Z',
        '1.1.0': '2026-02-01T00:00:00.000Z',
        '2.0.0-rc.1': '2026-03-01T00:00:00.000Z',
      })
    }
  })

  test('dist is computed, and its tarball is on the registry host', () => {
    const { full } = rendered()
    expect((full['versions'] as Record<string, JsonObject>)['1.0.0']?.['dist']).toEqual({
      integrity: 'sha512-yv4=',
      shasum: 'aa',
      fileCount: 2,
      unpackedSize: 30,
      tarball: 'https://registry.example/@acme/lib/-/lib-1.0.0.tgz',
    })
  })

  test('the abbreviated form keeps what installers read and drops the rest', () => {
    const { short } = rendered()
    const version = (short['versions'] as Record<string, JsonObject>)['1.0.0'] ?? {}
    expect(Object.keys(version).sort()).toEqual(['dependencies', 'dist', 'hasInstallScript', 'name', 'version'])
  })

  test('the top repeats what the version of latest says', () => {
    const { full } = rendered()
    expect(full['description']).toBe('about 1.1.0')
    expect(full['readme']).toBe('# lib')
    expect(full['_rev']).toBe('3-abc')
    expect(full['maintainers']).toEqual([{ name: 'ana', email: '' }])
  })

  test('rendering what was restored gives the same bytes', () => {
    const documents = npmFormat.render(head, state, target)
    const restored = npmFormat.restore(JSON.parse(documents[0]?.text ?? '') as Json)
    expect(npmFormat.render(head, restored, target)).toEqual(documents)
  })

  test('a registry that has moved renders its new address', () => {
    const restored = npmFormat.restore(JSON.parse(npmFormat.render(head, state, target)[0]?.text ?? '') as Json)
    const moved = npmFormat.render(head, restored, { ...target, publicUrl: 'http://localhost:1' })
    expect(moved[0]?.text).toContain('http://localhost:1/@acme/lib/-/lib-1.0.0.tgz')
    expect(moved[0]?.text).not.toContain('registry.example')
  })
})
