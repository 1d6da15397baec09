import { describe, expect, test } from 'vitest'
import type { Username, Version } from '../../../../src/model/ids.ts'
import { changesCheck } from '../../../../src/npm/checks/changes.ts'
import type { JsonObject } from '../../../../src/std/json.ts'
import { packageJson } from '../../../builders/package-json.ts'
import { runCheck } from './run-check.ts'

const ana = 'ana' as Username

function compare(
  before: JsonObject,
  now: JsonObject,
  sizes: readonly [number, number] = [100, 100],
  publisher = 'ana',
) {
  return runCheck(changesCheck, [], {
    facts: { manifest: packageJson('left-pad', '2.0.0', now), unpackedSizeBytes: sizes[1] },
    previous: {
      version: '1.0.0' as Version,
      publisher: ana,
      manifest: packageJson('left-pad', '1.0.0', before),
      unpackedSizeBytes: sizes[0],
    },
    publisher: publisher as Username,
  })
}

describe('what changed since the version before', () => {
  test.each([
    [{}, { scripts: { postinstall: 'node x' } }, 'install_script_added', 'postinstall'],
    [{ dependencies: { a: '1' } }, { dependencies: { a: '2', b: '1' } }, 'dependency_added', ': b.'],
    [{}, { optionalDependencies: { c: '1' } }, 'dependency_added', ': c.'],
    [{ bin: { a: 'a' } }, { bin: { a: 'b', z: 'a' } }, 'command_added', ': z.'],
  ] as [JsonObject, JsonObject, string, string][])('%j → %j', async (before, now, code, text) => {
    const { findings } = await compare(before, now)
    expect(findings).toMatchObject([{ code }])
    expect(findings[0]?.message).toContain(text)
  })

  test('a jump in size, and another publisher', async () => {
    expect((await compare({}, {}, [1_000_000, 4_000_000])).codes).toEqual(['size_jumped'])
    expect((await compare({}, {}, [100, 400_000])).codes).toEqual([])
    expect((await compare({}, {}, [1, 1], 'eve')).codes).toEqual(['publisher_changed'])
  })

  test('what is gone, or only another script or range, is no finding', async () => {
    const before = { dependencies: { a: '1', b: '1' }, scripts: { install: 'x' }, bin: { a: 'a' } }
    expect((await compare(before, { dependencies: { a: '2' }, scripts: { install: 'y' } })).codes).toEqual([])
  })

  test('a thousand new names are one line', async () => {
    const dependencies = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`d${index}`, '1']))
    const { findings } = await compare({}, { dependencies })
    expect(findings[0]?.message).toContain('and 990 more')
  })

  test('a first version has nothing to compare with', async () => {
    const { codes } = await runCheck(changesCheck, [], { facts: { manifest: packageJson() }, publisher: ana })
    expect(codes).toEqual([])
  })
})
