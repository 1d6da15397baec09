import type { PackageRef, Username } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head, VersionRecord, Visibility } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { Paid } from '../model/stored.ts'
import { type AccessRules, accessProblem } from './access.ts'
import type { HeadCache } from './head-cache.ts'
import { type NewName, type NewNameDeps, noteName, requireNewName } from './new-names.ts'
import type { StorageDeps } from './storage-quota.ts'

export interface PublisherDeps extends NewNameDeps, StorageDeps {
  readonly headCache: HeadCache
  readonly rules: AccessRules
  readonly newPackages: Visibility
}

export interface Publisher {
  readonly who: Principal
  readonly username: Username
  /** What a package that does not exist yet would start with. */
  readonly newName: NewName | undefined
  /** The package, or what would be one. */
  readonly paid: Paid
}

/** @throws Refusal `login_required`, `not_owner`, `creation_refused`, `package_locked` */
export async function requirePublisher(deps: PublisherDeps, who: Principal, ref: PackageRef): Promise<Publisher> {
  const head = await deps.headCache.get(ref, true)
  const problem = accessProblem(who, 'publish', head, deps.rules, ref)
  if (problem !== undefined) throw problem
  if (who.kind !== 'user') throw refuse('login_required')
  const newName = head === undefined ? await requireNewName(deps, who, ref) : undefined
  return { who, username: who.username, newName, paid: head ?? { ...ref, owners: [who.username], ...newName } }
}

/** What is to be published, and the package that it goes to. */
export interface Naming {
  readonly record: VersionRecord
  readonly visibility: Visibility | undefined
  /** As it was when everything had been received. */
  readonly head: Head | undefined
}

/** A new package belongs to whoever names it first: of two at the same time, one is asked to choose another name. */
export async function requireName(
  deps: PublisherDeps,
  { who, newName }: Publisher,
  { record, visibility, head: standing }: Naming,
): Promise<void> {
  if (standing === undefined && newName !== undefined) {
    const fresh = newHead(record, visibility ?? deps.newPackages, newName)
    const [claimed] = await Promise.all([deps.heads.claim(fresh), noteName(deps, record)])
    if (claimed === 'claimed') return // COMMIT: the name is taken
  }
  const problem = accessProblem(who, 'publish', standing ?? (await deps.heads.get(record)), deps.rules, record)
  if (problem !== undefined) throw problem
}

function newHead(record: VersionRecord, visibility: Visibility, newName: NewName): Head {
  const { format, name, claimedAt, publisher } = record
  return {
    format,
    name,
    generation: 0,
    visibility,
    owners: [publisher],
    ...newName,
    tags: {},
    createdAt: claimedAt,
    modifiedAt: claimedAt,
  }
}
