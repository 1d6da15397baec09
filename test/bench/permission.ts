/** What it costs to decide on a request of somebody who has a right by one of many teams, beside an owner. */
import type { PackageName, TeamId, TokenId, Username } from '../../src/model/ids.ts'
import type { SignedIn } from '../../src/model/principal.ts'
import type { Grants, Head } from '../../src/model/records.ts'
import { accessProblem } from '../../src/registry/access.ts'
import { atMost, median, type Row, round } from './ratios.ts'

const teams = 200
const grants = 500
const decisions = 2_000_000
const warmUps = 200_000

/** The decision alone, without any request: both sides are known to the isolate, as they are for most requests. */
export function permissionChecks(rounds: number): readonly Row[] {
  const owner = user('ana', [])
  const member = user(
    'tim',
    Array.from({ length: teams }, (_, index) => teamId(index)),
  )
  const sides = [member, owner]
  for (const side of sides) time(side, warmUps)
  const times = Array.from({ length: Math.max(5, rounds) }, (_, index) => {
    const turn = index % 2 === 0 ? sides : [...sides].reverse()
    const taken = new Map(turn.map((side) => [side, time(side, decisions)]))
    return [taken.get(member) ?? Number.NaN, taken.get(owner) ?? Number.NaN] as const
  })
  const perDecision = (side: 0 | 1) => `${round((median(times.map((each) => each[side])) / decisions) * 1e6)} ns`
  return [
    {
      question: `warm permission check, ${teams} teams and ${grants} grants`,
      between: 'a member / an owner, time',
      ratios: times.map(([ofMember, ofOwner]) => ofMember / ofOwner),
      numbers: `${perDecision(0)} / ${perDecision(1)}`,
      target: atMost(1.2),
    },
  ]
}

function time(who: SignedIn, count: number): number {
  const began = performance.now()
  let refused = 0
  for (let index = 0; index < count; index += 1) {
    if (accessProblem(who, 'read', head, { requireLogin: true }) !== undefined) refused += 1
  }
  const taken = performance.now() - began
  if (refused > 0) throw new Error(`${who.username} was refused`)
  return taken
}

const teamId = (index: number) => `acme/team-${index}~aaaa` as TeamId

function user(name: string, of: readonly TeamId[]): SignedIn {
  return {
    kind: 'user',
    username: name as Username,
    standing: { roles: ['publisher'], orgs: {}, teams: new Set(of) },
    credential: { kind: 'token', id: 'bench' as TokenId, isAutomation: false },
  }
}

/** Of the teams that the package was given to, the member is in the last one only. */
const given = Array.from({ length: grants }, (_, index) => [`team/${teamId(grants - 1 + teams - 1 - index)}`, 'read'])
const head: Head = {
  format: 'npm',
  name: '@acme/lib' as PackageName,
  generation: 1,
  visibility: 'private',
  owners: ['ana' as Username],
  grants: Object.fromEntries(given) as Grants,
  tags: {},
  createdAt: '',
  modifiedAt: '',
}
