import { describe, expect, test } from 'vitest'
import type { PackageName, TokenId, Username } from '../../../src/model/ids.ts'
import { anonymous, type Principal } from '../../../src/model/principal.ts'
import type { Head, Visibility } from '../../../src/model/records.ts'
import type { TokenLimits } from '../../../src/model/token-limits.ts'
import { type Action, accessProblem } from '../../../src/registry/access.ts'

const user = (name: string, isAdmin = false): Principal => ({
  kind: 'user',
  username: name as Username,
  isAdmin,
  tokenId: 't' as TokenId,
})
const who = { anonymous, stranger: user('eve'), owner: user('ana'), admin: user('root', true) }
const head = (visibility: Visibility): Head => ({
  format: 'npm',
  name: 'lib' as PackageName,
  generation: 1,
  visibility,
  owners: ['ana' as Username],
  tags: {},
  createdAt: '',
  modifiedAt: '',
})
const packages = { missing: undefined, public: head('public'), private: head('private') }

const limited = (limits: TokenLimits): Principal => ({ ...user('ana'), limits }) as Principal
const inside = { mayWrite: true, packages: ['npm/lib', 'npm/@acme/*'] }
const outside = { mayWrite: true, packages: ['npm/other', 'npm/lib/*', 'pypi/lib'] }
const named = (name: string) => ({ format: 'npm' as const, name: name as PackageName })

test('a token for the package does what its owner may', () => {
  for (const action of ['read', 'publish', 'change', 'inspect'] as const) {
    expect(accessProblem(limited(inside), action, packages.private, { requireLogin: true })).toBeUndefined()
  }
  expect(
    accessProblem(limited(inside), 'publish', undefined, { requireLogin: false }, named('@acme/new')),
  ).toBeUndefined()
})

test('a token for other packages makes its owner a stranger, also an administrator', () => {
  for (const who of [limited(outside), { ...limited(outside), isAdmin: true } as Principal]) {
    const codeOf = (action: Action, head: Head | undefined) =>
      accessProblem(who, action, head, { requireLogin: false }, named('lib'))?.code
    expect(codeOf('read', packages.public)).toBeUndefined()
    for (const action of ['read', 'change', 'inspect'] as const) {
      expect(codeOf(action, packages.private)).toBe('package_not_found')
      expect(codeOf(action, undefined)).toBe('package_not_found')
    }
    expect(codeOf('change', packages.public)).toBe('token_limited')
    for (const head of Object.values(packages)) expect(codeOf('publish', head)).toBe('token_limited')
  }
})

test('a publish that does not say of what is refused to a limited token', () => {
  expect(accessProblem(limited(inside), 'publish', undefined, { requireLogin: false })?.code).toBe('token_limited')
})

test('a token for reading reads', () => {
  const reader = limited({ mayWrite: false })
  const codeOf = (action: Action, head: Head | undefined) =>
    accessProblem(reader, action, head, { requireLogin: false }, named('lib'))?.code
  expect(codeOf('read', packages.private)).toBeUndefined()
  expect(codeOf('change', packages.private)).toBe('token_limited')
  expect(codeOf('change', undefined)).toBe('package_not_found')
  expect(codeOf('publish', undefined)).toBe('token_limited')
})

type Row = readonly [keyof typeof who, Action, keyof typeof packages, string | undefined]
const rows: readonly Row[] = [
  ['anonymous', 'read', 'public', undefined],
  ['anonymous', 'read', 'private', 'package_not_found'],
  ['anonymous', 'read', 'missing', 'package_not_found'],
  ['anonymous', 'publish', 'public', 'login_required'],
  ['anonymous', 'publish', 'private', 'login_required'],
  ['anonymous', 'publish', 'missing', 'login_required'],
  ['anonymous', 'change', 'private', 'login_required'],
  ['anonymous', 'change', 'missing', 'login_required'],
  ['anonymous', 'inspect', 'public', 'package_not_found'],
  ['stranger', 'read', 'public', undefined],
  ['stranger', 'read', 'private', 'package_not_found'],
  ['stranger', 'publish', 'missing', undefined],
  ['stranger', 'publish', 'public', 'not_owner'],
  ['stranger', 'publish', 'private', 'not_owner'],
  ['stranger', 'change', 'public', 'not_owner'],
  ['stranger', 'change', 'private', 'package_not_found'],
  ['stranger', 'change', 'missing', 'package_not_found'],
  ['stranger', 'inspect', 'public', 'package_not_found'],
  ['stranger', 'inspect', 'private', 'package_not_found'],
  ['owner', 'read', 'private', undefined],
  ['owner', 'publish', 'private', undefined],
  ['owner', 'change', 'private', undefined],
  ['owner', 'inspect', 'private', undefined],
  ['owner', 'read', 'missing', 'package_not_found'],
  ['admin', 'read', 'private', undefined],
  ['admin', 'change', 'private', undefined],
]

describe('access', () => {
  test.each(rows)('%s to %s a %s package: %s', (name, action, kind, code) => {
    expect(accessProblem(who[name], action, packages[kind], { requireLogin: false })?.code).toBe(code)
  })

  test('a registry that demands a login says so before anything else, whatever there is', () => {
    const answers = Object.values(packages).map((one) => accessProblem(anonymous, 'read', one, { requireLogin: true }))
    expect(answers.map((problem) => problem?.code)).toEqual(['login_required', 'login_required', 'login_required'])
    expect(accessProblem(who.stranger, 'read', packages.public, { requireLogin: true })).toBeUndefined()
  })
})
