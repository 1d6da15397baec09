import type { PackageFormat, SnapshotState } from '../model/format.ts'
import type { PackageRef, Revision } from '../model/ids.ts'
import type { Head } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { withoutUndefined } from '../std/defined.ts'
import { digestHex } from '../std/digest.ts'
import { jitterMs } from '../std/jitter.ts'
import type { Json } from '../std/json.ts'
import { log } from '../std/log.ts'
import type { Platform } from '../std/platform.ts'
import type { Heads } from '../storage/heads.ts'
import type { Snapshots } from '../storage/snapshots.ts'

export interface SnapshotDeps {
  readonly heads: Heads
  readonly snapshots: Snapshots
  readonly formats: Readonly<Record<PackageRef['format'], PackageFormat>>
  readonly publicUrl: string
  readonly platform: Platform
}

/** What a change makes of a package: its new state and the parts of its head that change with it. */
export interface Change {
  readonly state: SnapshotState
  readonly head?: HeadPatch
}

type Removable =
  | 'org'
  | 'grants'
  | 'sensitive'
  | 'checkScript'
  | 'lock'
  | 'block'
  | 'blockedVersions'
  | 'secondFactor'
  | 'stored'

/** Parts of a head to write anew; `undefined` takes one away. */
export type HeadPatch = Partial<Pick<Head, 'tags' | 'visibility' | 'owners'>> & {
  readonly [K in Removable]?: Head[K] | undefined
}

/** Looks at a package as it is and says what to make of it; `undefined` leaves it alone. May be called repeatedly. */
export type Mutate = (state: SnapshotState, head: Head) => Change | undefined | Promise<Change | undefined>

/** Many publishes of one package at a time take turns; each round has a winner. */
const maxRounds = 40
export const emptyState: SnapshotState = { versions: {}, readme: '' }

/**
 * The one way to change what clients read: load, modify, write a new snapshot, compare-and-set the head; on conflict,
 * start again. `mutate` must be idempotent, since a lost answer makes a change that was applied be tried once more.
 * @param load how to get the state; a rebuild does without the one that may be damaged
 * @throws Refusal `package_not_found` when there is no head, `busy` when others always won
 */
export async function changeSnapshot(
  deps: SnapshotDeps,
  ref: PackageRef,
  mutate: Mutate,
  load: LoadState = loadState,
): Promise<Head> {
  const { head, unused } = await commitSnapshot(deps, ref, mutate, load)
  await discardSnapshot(deps, ref, unused)
  return head
}

type LoadState = (deps: SnapshotDeps, head: Head) => Promise<SnapshotState | 'replaced'>

export interface Committed {
  readonly head: Head
  /** A snapshot that nobody reads any more: to be discarded by whoever made the change, when there is time. */
  readonly unused: Revision | undefined
}

/**
 * `changeSnapshot` as far as its commit, for a caller who has something more urgent to do than to tidy up.
 * @param first the head as it was a moment ago, if it was read by then: an old one only costs a round
 */
export async function commitSnapshot(
  deps: SnapshotDeps,
  ref: PackageRef,
  mutate: Mutate,
  load: LoadState = loadState,
  first?: Head,
): Promise<Committed> {
  for (let round = 0; round < maxRounds; round += 1) {
    const head = (round === 0 ? first : undefined) ?? (await deps.heads.get(ref))
    if (head === undefined) throw refuse('package_not_found')
    const state = await load(deps, head)
    if (state === 'replaced') continue
    const change = await mutate(state, head)
    if (change === undefined) return { head, unused: undefined }
    const next = await writeSnapshot(deps, head, change) // repeatable: named by its content, visible to nobody
    if (await deps.heads.replace(head, next)) {
      // COMMIT: clients read the new snapshot. The one before the last is nobody's any more.
      return { head: next, unused: isNamed(head.previousRevision, next) ? undefined : head.previousRevision }
    }
    if (next.revision !== undefined) await discardLoser(deps, ref, next.revision)
    await deps.platform.sleep(jitterMs(deps.platform, round))
  }
  throw refuse('busy')
}

/** Reads the state that a head's snapshot was rendered from; `replaced` when somebody changed the package meanwhile. */
export async function loadState(deps: SnapshotDeps, head: Head): Promise<SnapshotState | 'replaced'> {
  if (head.revision === undefined) return emptyState
  const format = deps.formats[head.format]
  const text = await deps.snapshots.readText(head, head.revision, format.masterDocument)
  if (text !== undefined) return format.restore(JSON.parse(text) as Json)
  const current = await deps.heads.get(head)
  if (current?.revision !== head.revision) return 'replaced'
  throw new Error(`${head.format}/${head.name}: snapshot ${head.revision} is missing; run the rebuild command`)
}

/** A package without versions has no snapshot: it answers as one that does not exist. */
async function writeSnapshot(deps: SnapshotDeps, head: Head, change: Change): Promise<Head> {
  const now = new Date(Math.max(deps.platform.now(), Date.parse(head.modifiedAt))).toISOString()
  const generation = head.generation + 1
  const { revision: _, previousRevision: __, ...kept } = head
  const changed: Head = {
    ...withPatch(kept, change.head ?? {}),
    generation,
    modifiedAt: now,
    renderedFor: deps.publicUrl,
  }
  const previous = head.revision === undefined ? {} : { previousRevision: head.revision }
  if (Object.keys(change.state.versions).length === 0) return { ...changed, ...previous }
  const revision = revisionOf(changed, change.state)
  const documents = deps.formats[head.format].render(changed, change.state, { revision, publicUrl: deps.publicUrl })
  await deps.snapshots.write(head, revision, documents)
  return { ...changed, revision, ...previous }
}

function withPatch(head: Head, patch: HeadPatch): Head {
  return withoutUndefined({ ...head, ...patch }) as Head
}

/** Names a snapshot by what it is rendered from: two writers with the same result write the same bytes. */
function revisionOf(head: Head, state: SnapshotState): Revision {
  const content = JSON.stringify([head.tags, head.owners, head.createdAt, head.modifiedAt, head.renderedFor, state])
  return `${head.generation}-${digestHex('sha256', content).slice(0, 16)}` as Revision
}

async function discardLoser(deps: SnapshotDeps, ref: PackageRef, revision: Revision): Promise<void> {
  const current = await deps.heads.get(ref)
  if (current !== undefined && !isNamed(revision, current)) await discardSnapshot(deps, ref, revision)
}

function isNamed(revision: Revision | undefined, head: Head): boolean {
  return revision === head.revision || revision === head.previousRevision
}

/** Frees a snapshot that no head names. Losing this step leaves garbage, never a broken package. */
export async function discardSnapshot(
  deps: SnapshotDeps,
  ref: PackageRef,
  revision: Revision | undefined,
): Promise<void> {
  if (revision === undefined) return
  try {
    const documents = deps.formats[ref.format].documents
    await deps.snapshots.remove(ref, revision, documents)
  } catch (error) {
    log('warning', 'snapshot_discard_failed', `${ref.format}/${ref.name} keeps the unused snapshot ${revision}`, {
      error,
    })
  }
}
