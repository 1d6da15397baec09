import { describe, expect, test } from 'vitest'
import type { OrgName, PackageName, TeamId, TokenId, Username, Version } from '../../../src/model/ids.ts'
import { anonymous, type Principal, type SignedIn } from '../../../src/model/principal.ts'
import type { Head, Right, Visibility } from '../../../src/model/records.ts'
import type { OrgRole, Standing } from '../../../src/model/standing.ts'
import type { TokenLimits } from '../../../src/model/token-limits.ts'
import {
  type Action,
  accessProblem,
  emptyProblem,
  memberProblem,
  orgProblem,
  requireAccount,
  requireAdmin,
  versionProblem,
} from '../../../src/registry/access.ts'

const standing = (changes: Partial<Standing> = {}): Standing => ({
  roles: ['publisher'],
  orgs: {},
  teams: new Set(),
  ...changes,
})
const user = (name: string, changes: Partial<Standing> = {}): SignedIn => ({
  kind: 'user',
  username: name as Username,
  standing: standing(changes),
  credential: { kind: 'token', id: 't' as TokenId, isAutomation: false },
})
const who = { anonymous, stranger: user('eve'), owner: user('ana'), admin: user('root', { roles: ['admin'] }) }
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

const limited = (limits: TokenLimits, changes: Partial<Standing> = {}): SignedIn => ({
  ...user('ana', changes),
  limits,
})
const inside = { power: 'write', packages: ['npm/lib', 'npm/@acme/*'] } as const
const outside = { power: 'write', packages: ['npm/other', 'npm/lib/*', 'pypi/lib'] } as const
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
  for (const who of [limited(outside), limited(outside, { roles: ['admin'] })]) {
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
  const reader = limited({ power: 'read' })
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

const team = 'acme/dev~aaaa' as TeamId
const ofTeam = user('tim', { teams: new Set([team]) })
const granted = (right: Right, changes: Partial<Head> = {}): Head => ({
  ...head('private'),
  grants: { [`team/${team}`]: right },
  ...changes,
})
const codeFor = (asker: Principal, action: Action, one: Head | undefined) =>
  accessProblem(asker, action, one, { requireLogin: false })?.code

describe('what a team was given', () => {
  test.each([
    ['read', 'read', undefined],
    ['read', 'change', 'not_owner'],
    ['read', 'publish', 'not_owner'],
    ['read', 'inspect', 'package_not_found'],
    ['write', 'change', undefined],
    ['write', 'publish', undefined],
    ['write', 'inspect', undefined],
    ['write', 'manage', 'not_owner'],
    ['admin', 'manage', undefined],
  ] as const)('%s: %s is %s', (right, action, code) => {
    expect(codeFor(ofTeam, action, granted(right))).toBe(code)
    expect(codeFor(who.stranger, action, granted(right))).toBe(action === 'publish' ? 'not_owner' : 'package_not_found')
  })

  test('a team that was made anew under the same name has nothing', () => {
    const again = user('tim', { teams: new Set(['acme/dev~bbbb' as TeamId]) })
    expect(codeFor(again, 'read', granted('read'))).toBe('package_not_found')
  })
})

test('owners and administrators of an organisation govern its packages, members do not', () => {
  const one = { ...head('private'), name: '@acme/lib' as PackageName }
  const as = (role: OrgRole) => user('olga', { orgs: { ['acme' as OrgName]: role } })
  expect(codeFor(as('owner'), 'manage', one)).toBeUndefined()
  expect(codeFor(as('admin'), 'manage', one)).toBeUndefined()
  expect(codeFor(as('member'), 'read', one)).toBe('package_not_found')
  expect(codeFor(as('owner'), 'read', { ...one, name: '@acme2/lib' as PackageName })).toBe('package_not_found')
})

test('an internal package is for whoever is signed in', () => {
  expect(codeFor(anonymous, 'read', head('internal'))).toBe('package_not_found')
  expect(codeFor(who.stranger, 'read', head('internal'))).toBeUndefined()
  expect(codeFor({ ...who.stranger, limits: outside }, 'read', head('internal'))).toBe('package_not_found')
})

test('a sensitive package is read by its groups and by who may change that, also when it is public', () => {
  const one = granted('write', { visibility: 'public', sensitive: { groups: ['acme/ops~cccc' as TeamId] } })
  expect(codeFor(user('op', { teams: new Set(['acme/ops~cccc' as TeamId]) }), 'read', one)).toBeUndefined()
  expect(codeFor(ofTeam, 'read', one)).toBe('package_not_found')
  expect(codeFor(anonymous, 'read', one)).toBe('package_not_found')
  expect(codeFor(who.owner, 'read', one)).toBeUndefined()
})

test('what is blocked says why to those who could read it, and is missing to others', () => {
  const block = { reason: 'malware', by: 'root' as Username, at: '' }
  expect(codeFor(who.owner, 'read', { ...head('private'), block })).toBe('package_blocked')
  expect(codeFor(who.stranger, 'read', { ...head('private'), block })).toBe('package_not_found')
  expect(codeFor(who.owner, 'manage', { ...head('private'), block })).toBeUndefined()
})

test('what is locked can be read and managed, and not changed', () => {
  const lock = { reason: 'audit', by: 'root' as Username, at: '' }
  const one = { ...head('private'), lock }
  const codes = (['read', 'manage', 'change', 'publish'] as const).map((action) => codeFor(who.owner, action, one))
  expect(codes).toEqual([undefined, undefined, 'package_locked', 'package_locked'])
})

test('an auditor inspects all and changes nothing', () => {
  const auditor = user('aud', { roles: ['auditor'] })
  const codes = (['inspect', 'read', 'change', 'manage', 'publish'] as const).map((action) =>
    codeFor(auditor, action, head('private')),
  )
  expect(codes).toEqual([undefined, 'package_not_found', 'package_not_found', 'package_not_found', 'not_owner'])
})

describe('an organisation', () => {
  const org = 'acme' as OrgName
  const as = (role: OrgRole) => user('olga', { orgs: { [org]: role } })
  test.each([
    ['anonymous', anonymous, 'see', 'login_required'],
    ['a stranger', who.stranger, 'see', 'org_not_found'],
    ['a stranger', who.stranger, 'manage', 'org_not_found'],
    ['a member', as('member'), 'see', undefined],
    ['a member', as('member'), 'manage', 'org_right_required'],
    ['an administrator of it', as('admin'), 'manage', undefined],
    ['an administrator of it', as('admin'), 'appoint', 'org_right_required'],
    ['an owner', as('owner'), 'appoint', undefined],
    ['an administrator', who.admin, 'appoint', undefined],
    ['an owner with a token for packages', { ...as('owner'), limits: inside }, 'manage', 'token_limited'],
    ['an owner with a token for it', { ...as('owner'), limits: { ...inside, manages: [org] } }, 'manage', undefined],
  ] as const)('to %s (%#), %s', (_, asker, action, code) => {
    expect(orgProblem(asker, action, org)?.code).toBe(code)
  })
})

describe('what somebody is in an organisation is changed', () => {
  const org = 'acme' as OrgName
  const as = (role: OrgRole) => user('olga', { orgs: { [org]: role } })
  const tokenFor = (manages?: readonly OrgName[]): SignedIn => ({
    ...as('owner'),
    limits: { power: 'manage', ...(manages && { manages }) },
  })
  test.each([
    ['a member, others', as('member'), 'bob', 'member', undefined, 'org_right_required'],
    ['a member, themselves away', as('member'), 'olga', 'member', undefined, undefined],
    ['a member, themselves up', as('member'), 'olga', 'member', 'admin', 'org_right_required'],
    ['an administrator, members', as('admin'), 'bob', undefined, 'admin', undefined],
    ['an administrator, an owner away', as('admin'), 'bob', 'owner', undefined, 'org_right_required'],
    ['an administrator, themselves to owner', as('admin'), 'olga', 'admin', 'owner', 'org_right_required'],
    ['an owner, owners', as('owner'), 'bob', 'owner', 'member', undefined],
    ['an owner, themselves away', as('owner'), 'olga', 'owner', undefined, undefined],
    ['a stranger, themselves in', who.stranger, 'eve', undefined, 'member', 'org_not_found'],
    ['a stranger, themselves away', who.stranger, 'eve', undefined, undefined, 'org_not_found'],
    ['an administrator of the registry', who.admin, 'bob', 'member', 'owner', undefined],
    ['a limited token, its owner away', tokenFor(), 'olga', 'owner', undefined, 'token_limited'],
    ['a token for it', tokenFor([org]), 'bob', undefined, 'owner', undefined],
  ] as const)('by %s', (_, asker, username, before, after, code) => {
    const change = { username: username as Username, before, after }
    expect(memberProblem(asker, org, change)?.code).toBe(code)
  })
})

test('an organisation that is called like a part of every object is nobody’s', () => {
  expect(orgProblem(who.stranger, 'see', 'constructor' as OrgName)?.code).toBe('org_not_found')
})

test('a blocked version says why; a package without any other says so too, one without any is none', () => {
  const one = { ...head('private'), blockedVersions: { '1.0.0': 'malware' } }
  expect(versionProblem(one, '1.0.0' as Version)).toMatchObject({
    code: 'package_blocked',
    fields: { reason: 'malware' },
  })
  expect(versionProblem(one, '1.0.1' as Version)).toBeUndefined()
  expect(versionProblem(one, 'toString' as Version)).toBeUndefined()
  expect(emptyProblem(one)).toMatchObject({ code: 'package_blocked', fields: { package: 'lib@1.0.0' } })
  expect(emptyProblem(head('private')).code).toBe('package_not_found')
})

describe('a second factor', () => {
  const factor = (isEnrolled: boolean, isDemanded: boolean, isShown: boolean) => ({
    secondFactor: { isEnrolled, isDemanded, isShown },
  })
  const has = { ...who.owner, ...factor(true, false, false) }
  const chose = { ...who.owner, ...factor(true, true, false) }
  const shows = { ...who.owner, ...factor(true, true, true) }
  const lacks = { ...who.owner, ...factor(false, true, false) }
  const robot = (one: SignedIn): SignedIn => ({
    ...one,
    credential: { kind: 'token', id: 't' as TokenId, isAutomation: true },
  })
  const plain = head('public')
  const demanding = (secondFactor: 'publish' | 'automation') => ({ ...plain, secondFactor })

  test.each([
    ['is not asked for where only logins ask for it', has, 'publish', plain, undefined],
    ['is asked for where every change does', chose, 'publish', plain, 'second_factor_required'],
    ['is asked for where every change does', chose, 'change', plain, 'second_factor_required'],
    ['is asked for where every change does', chose, 'manage', plain, 'second_factor_required'],
    ['is asked for a new package too', chose, 'publish', undefined, 'second_factor_required'],
    ['is not asked for when reading', chose, 'read', plain, undefined],
    ['is not asked for when looking', chose, 'inspect', plain, undefined],
    ['is enough when it is shown', shows, 'publish', demanding('publish'), undefined],
    ['is missing where all must have one', lacks, 'change', plain, 'second_factor_missing'],
    ['is demanded by a package of its publishers', has, 'publish', demanding('automation'), 'second_factor_required'],
    ['is demanded by a package of its publishers', who.owner, 'publish', demanding('publish'), 'second_factor_missing'],
    ['is demanded for publishing alone', has, 'change', demanding('publish'), undefined],
    ['is not asked of automation', robot(chose), 'publish', plain, undefined],
    ['is not asked of automation, if the package says so', robot(chose), 'publish', demanding('automation'), undefined],
    ['is asked of automation', robot(has), 'publish', demanding('publish'), 'second_factor_required'],
    [
      'is no concern of who may not do it anyway',
      { ...who.stranger, ...factor(true, true, false) },
      'change',
      plain,
      'not_owner',
    ],
  ] as const)('%s (%#)', (_, asker, action, one, code) => {
    expect(codeFor(asker, action, one)).toBe(code)
  })

  test('stands before changes of organisations, of the registry and of the account', () => {
    const org = 'acme' as OrgName
    const boss = { ...user('olga', { roles: ['admin'] }), ...factor(true, true, false) }
    expect(orgProblem(boss, 'see', org)).toBeUndefined()
    expect(orgProblem(boss, 'manage', org)?.code).toBe('second_factor_required')
    expect(() => requireAdmin(boss)).toThrow('second factor')
    expect(requireAccount(chose)).toBe(chose)
    expect(() => requireAccount(chose, 'write')).toThrow('second factor')
    expect(requireAccount(has, 'write')).toBe(has)
    expect(() => requireAccount(has, 'change')).toThrow('second factor')
    expect(requireAccount(who.owner, 'change')).toBe(who.owner)
    // A token of automation, which is let off, must not be the way around it
    expect(() => requireAccount(lacks, 'change')).toThrow('you have none yet')
    // Or nobody could set one up
    expect(requireAccount(lacks, 'enrol')).toBe(lacks)
    expect(() => requireAccount(has, 'enrol')).toThrow('second factor')
  })
})
