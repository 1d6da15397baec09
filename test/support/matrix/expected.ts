/**
 * What each of them may do, written by hand and apart from the code that decides it. Whoever changes a line here changes
 * who may do what.
 */
export const people = [
  'anonymous',
  'stranger',
  'reader',
  'teamReader',
  'teamWriter',
  'owner',
  'orgAdmin',
  'auditor',
  'admin',
  'disabled',
  'expired',
  'revoked',
  'usedUp',
  'usedUpSession',
  'outOfRange',
  'wrongPackage',
  'readOnly',
] as const
/** `reader` was given read by name; all after `disabled` are tokens, and a session, of the owner; `disabled` is an administrator's account. */
export type Person = (typeof people)[number]

/** `blocked` is internal otherwise. */
export const packages = ['public', 'internal', 'private', 'sensitive', 'blocked'] as const
export type Kind = (typeof packages)[number]

/**
 * How far a request came. `yes`: permission let it through, whatever was wrong with it after. `hidden`: answered as what
 * does not exist. `login`: asked to log in. `invalid`: the token is none. `limited`: the token is not for that.
 */
export type Outcome = 'yes' | 'hidden' | 'login' | 'invalid' | 'limited' | 'disabled' | 'refused' | 'blocked'

/** Whoever shows a credential that is not good gets no further, whatever they ask for. */
const barred = {
  disabled: 'disabled',
  expired: 'invalid',
  revoked: 'invalid',
  usedUp: 'invalid',
  usedUpSession: 'invalid',
  outOfRange: 'limited',
} as const
type Barred = keyof typeof barred
type Line = `${Outcome} ${Outcome} ${Outcome} ${Outcome} ${Outcome}`

/** By what they do with a package: of the kinds public, internal, private, sensitive, blocked. */
const withPackages: Readonly<Record<PackageClass, Readonly<Record<Exclude<Person, Barred>, Line>>>> = {
  read: {
    anonymous: 'yes hidden hidden hidden hidden',
    stranger: 'yes yes hidden hidden blocked',
    reader: 'yes yes yes hidden blocked',
    teamReader: 'yes yes yes yes blocked',
    teamWriter: 'yes yes yes hidden blocked',
    owner: 'yes yes yes yes blocked',
    orgAdmin: 'yes yes yes yes blocked',
    auditor: 'yes yes hidden hidden blocked',
    admin: 'yes yes yes yes blocked',
    wrongPackage: 'yes hidden hidden hidden hidden',
    readOnly: 'yes yes yes yes blocked',
  },
  // Reads, and who may know who has access reads of what is blocked too
  look: {
    anonymous: 'yes hidden hidden hidden hidden',
    stranger: 'yes yes hidden hidden blocked',
    reader: 'yes yes yes hidden blocked',
    teamReader: 'yes yes yes yes blocked',
    teamWriter: 'yes yes yes hidden yes',
    owner: 'yes yes yes yes yes',
    orgAdmin: 'yes yes yes yes yes',
    auditor: 'yes yes yes yes yes',
    admin: 'yes yes yes yes yes',
    wrongPackage: 'yes hidden hidden hidden hidden',
    readOnly: 'yes yes yes yes yes',
  },
  inspect: {
    anonymous: 'hidden hidden hidden hidden hidden',
    stranger: 'hidden hidden hidden hidden hidden',
    reader: 'hidden hidden hidden hidden hidden',
    teamReader: 'hidden hidden hidden hidden hidden',
    teamWriter: 'yes yes yes hidden yes',
    owner: 'yes yes yes yes yes',
    orgAdmin: 'yes yes yes yes yes',
    auditor: 'yes yes yes yes yes',
    admin: 'yes yes yes yes yes',
    wrongPackage: 'hidden hidden hidden hidden hidden',
    readOnly: 'yes yes yes yes yes',
  },
  // Inspects, and is asked to log in first
  history: {
    anonymous: 'login login login login login',
    stranger: 'hidden hidden hidden hidden hidden',
    reader: 'hidden hidden hidden hidden hidden',
    teamReader: 'hidden hidden hidden hidden hidden',
    teamWriter: 'yes yes yes hidden yes',
    owner: 'yes yes yes yes yes',
    orgAdmin: 'yes yes yes yes yes',
    auditor: 'yes yes yes yes yes',
    admin: 'yes yes yes yes yes',
    wrongPackage: 'hidden hidden hidden hidden hidden',
    readOnly: 'yes yes yes yes yes',
  },
  // A name that is taken cannot be hidden from who wants to take it
  publish: {
    anonymous: 'login login login login login',
    stranger: 'refused refused refused refused refused',
    reader: 'refused refused refused refused refused',
    teamReader: 'refused refused refused refused refused',
    teamWriter: 'yes yes yes yes yes',
    owner: 'yes yes yes yes yes',
    orgAdmin: 'yes yes yes yes yes',
    auditor: 'refused refused refused refused refused',
    admin: 'yes yes yes yes yes',
    wrongPackage: 'limited limited limited limited limited',
    readOnly: 'limited limited limited limited limited',
  },
  change: {
    anonymous: 'login login login login login',
    stranger: 'refused refused hidden hidden refused',
    reader: 'refused refused refused hidden refused',
    teamReader: 'refused refused refused refused refused',
    teamWriter: 'yes yes yes hidden yes',
    owner: 'yes yes yes yes yes',
    orgAdmin: 'yes yes yes yes yes',
    auditor: 'refused refused hidden hidden refused',
    admin: 'yes yes yes yes yes',
    wrongPackage: 'limited hidden hidden hidden hidden',
    readOnly: 'limited limited limited limited limited',
  },
  manage: {
    anonymous: 'login login login login login',
    stranger: 'refused refused hidden hidden refused',
    reader: 'refused refused refused hidden refused',
    teamReader: 'refused refused refused refused refused',
    teamWriter: 'refused refused refused hidden refused',
    owner: 'yes yes yes yes yes',
    orgAdmin: 'yes yes yes yes yes',
    auditor: 'refused refused hidden hidden refused',
    admin: 'yes yes yes yes yes',
    wrongPackage: 'limited hidden hidden hidden hidden',
    readOnly: 'limited limited limited limited limited',
  },
  // A star is the account's own, and says that one may read the package
  star: {
    anonymous: 'login login login login login',
    stranger: 'yes yes hidden hidden blocked',
    reader: 'yes yes yes hidden blocked',
    teamReader: 'yes yes yes yes blocked',
    teamWriter: 'yes yes yes hidden blocked',
    owner: 'yes yes yes yes blocked',
    orgAdmin: 'yes yes yes yes blocked',
    auditor: 'yes yes hidden hidden blocked',
    admin: 'yes yes yes yes blocked',
    wrongPackage: 'limited limited limited limited limited',
    readOnly: 'limited limited limited limited limited',
  },
}
export type PackageClass = 'read' | 'look' | 'inspect' | 'history' | 'publish' | 'change' | 'manage' | 'star'

const everybody = (outcome: Outcome) =>
  Object.fromEntries(people.map((person) => [person, outcome])) as Record<Exclude<Person, Barred>, Outcome>
const outsiders = { anonymous: 'login', stranger: 'hidden', reader: 'hidden', wrongPackage: 'hidden' } as const
const members = { teamReader: 'refused', teamWriter: 'refused', owner: 'refused' } as const
const limited = { wrongPackage: 'limited', readOnly: 'limited' } as const

/** What has to do with an organisation, an account, or nothing in particular. */
const withoutPackages: Readonly<Record<OtherClass, Readonly<Record<Exclude<Person, Barred>, Outcome>>>> = {
  orgSee: { ...everybody('yes'), ...outsiders },
  orgManage: { ...everybody('yes'), ...outsiders, ...members, auditor: 'hidden', readOnly: 'limited' },
  orgAppoint: {
    ...everybody('yes'),
    ...outsiders,
    ...members,
    orgAdmin: 'refused',
    auditor: 'hidden',
    readOnly: 'limited',
  },
  signedIn: { ...everybody('yes'), anonymous: 'login' },
  // Something of one's own, whichever packages the token is for
  ownChange: { ...everybody('yes'), anonymous: 'login', readOnly: 'limited' },
  account: { ...everybody('yes'), anonymous: 'login', ...limited },
  // Asked to end another token than the one that is shown
  logout: { ...everybody('invalid'), anonymous: 'login' },
  open: everybody('yes'),
  // Shows nothing, whoever it is
  loginFirst: everybody('login'),
  adminReads: { ...everybody('refused'), anonymous: 'login', admin: 'yes' },
  adminWrites: { ...everybody('refused'), anonymous: 'login', admin: 'yes', readOnly: 'limited' },
  // What everybody may do for themselves, and administrators for others
  adminActs: { ...everybody('refused'), anonymous: 'login', admin: 'yes', ...limited },
  newOrg: { ...everybody('refused'), anonymous: 'login', admin: 'yes', ...limited },
  seeAll: { ...everybody('refused'), anonymous: 'login', admin: 'yes', auditor: 'yes' },
  // Of the stranger, who is called eve
  eves: { ...everybody('refused'), anonymous: 'login', stranger: 'yes', admin: 'yes', auditor: 'yes' },
}
export type OrgClass = 'orgSee' | 'orgManage' | 'orgAppoint'
type AdminClass = 'adminReads' | 'adminWrites' | 'adminActs' | 'newOrg' | 'seeAll' | 'eves'
export type OtherClass = OrgClass | AdminClass | 'signedIn' | 'ownChange' | 'account' | 'logout' | 'open' | 'loginFirst'

/** `free` looks at no credential: it is for everybody, or what its address holds decides. */
export type RouteClass = PackageClass | OtherClass | 'free'

export function isOfPackages(kind: RouteClass): kind is PackageClass {
  return Object.hasOwn(withPackages, kind)
}

export function isOfOrgs(kind: RouteClass): kind is OrgClass {
  return kind.startsWith('org')
}

/** How a request of that class must end. */
export function expected(kind: RouteClass, person: Person, of: Kind): Outcome {
  if (kind === 'free') return 'yes'
  if (kind === 'loginFirst') return 'login'
  if (isBarred(person)) return barred[person]
  if (!isOfPackages(kind)) return withoutPackages[kind][person]
  return withPackages[kind][person].split(' ')[packages.indexOf(of)] as Outcome
}

function isBarred(person: Person): person is Barred {
  return Object.hasOwn(barred, person)
}
