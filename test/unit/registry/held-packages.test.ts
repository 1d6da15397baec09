import { expect, test } from 'vitest'
import type { OrgName, PackageName, TeamId, Username } from '../../../src/model/ids.ts'
import type { Head } from '../../../src/model/records.ts'
import { holdersOf } from '../../../src/registry/held-packages.ts'

const head = (changes: Partial<Head>): Head => ({
  format: 'npm',
  name: 'lib' as PackageName,
  generation: 1,
  visibility: 'private',
  owners: ['ana' as Username],
  tags: {},
  createdAt: '',
  modifiedAt: '',
  ...changes,
})

test('owners, whoever was given something, and the organisation hold a package, each once', () => {
  const grants = { 'user/ana': 'read', 'user/bob': 'write', [`team/${'acme/dev~aaaa' as TeamId}`]: 'read' } as const
  expect(holdersOf(head({ grants, org: 'acme' as OrgName }))).toEqual([
    'user/ana',
    'user/bob',
    'team/acme/dev~aaaa',
    'org/acme',
  ])
  expect(holdersOf(head({}))).toEqual(['user/ana'])
  expect(holdersOf(head({ name: '@zeta/lib' as PackageName }))).toEqual(['user/ana', 'org/zeta'])
})
