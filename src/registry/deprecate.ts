import type { PackageRef, Version, VersionRef } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import { refuse } from '../model/refusals.ts'
import { eachInParallel } from '../std/parallel.ts'
import { packageTarget, versionsEntry } from './audit-log.ts'
import { type ChangeDeps, requireChange } from './change.ts'
import { publishedClaims } from './published-claims.ts'
import { relist, writesAtATime } from './relist.ts'
import { loadState } from './snapshot.ts'

/** What a client wants to be said about versions, and the revision that it has read, if any. `''`: no deprecation. */
export interface Deprecations {
  readonly revision?: string
  readonly texts: ReadonlyMap<string, string>
}

/**
 * Deprecates versions, or takes it back: all that differ from what clients read, however many, in one snapshot change.
 * The items, which are the truth, are written first, and each stays in the sweeper's index until the snapshot agrees:
 * after a crash in between, the sweeper or a rebuild lists what was written, and the same request again the rest.
 * Versions that the package does not list are left out.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `conflict` when the revision is stale
 */
export async function deprecate(
  deps: ChangeDeps,
  who: Principal,
  ref: PackageRef,
  { revision, texts }: Deprecations,
): Promise<void> {
  const head = await requireChange(deps, who, ref, revision === undefined ? {} : { revision })
  const state = await loadState(deps, head)
  if (state === 'replaced') throw refuse('conflict')
  const written = await unlisted(deps, ref)
  const changes = Object.entries(state.versions).flatMap(([version, { document }]) => {
    const text = texts.get(version)
    const before = String(document['deprecated'] ?? '')
    const isSo = text === before && text === (written.get(version) ?? before)
    return text === undefined || isSo ? [] : [{ version: version as Version, before, text }]
  })
  if (changes.length === 0) return
  const entry = {
    action: 'package.deprecate',
    target: packageTarget(ref),
    before: versionsEntry(changes.map(({ version, before }) => [version, before])),
    after: versionsEntry(changes.map(({ version, text }) => [version, text])),
  }
  await deps.audit.recorded(who, entry, () =>
    eachInParallel(changes, writesAtATime, async ({ version, text }) => {
      for (const claim of await publishedClaims(deps.versions, { ...ref, version })) {
        const outcome = await deps.versions.deprecate(claim, text === '' ? undefined : text)
        if (outcome === 'moved') throw refuse('conflict')
      }
    }),
  ) // COMMIT, for each version: it will be listed so
  const versions = changes.map(({ version }) => version)
  await relist(deps, ref, versions) // redone by the sweeper
  deps.headCache.forget(ref)
}

/**
 * Deprecates one version; `''` takes it back.
 * @throws Refusal like `deprecate`, and `version_not_found`
 */
export async function deprecateVersion(deps: ChangeDeps, who: Principal, ref: VersionRef, text: string): Promise<void> {
  await requireChange(deps, who, ref)
  const isPublished = (await deps.versions.files(ref)).some(({ status }) => status === 'published')
  if (!isPublished) throw refuse('version_not_found', { version: ref.version })
  await deprecate(deps, who, ref, { texts: new Map([[ref.version, text]]) })
}

/**
 * What the items of versions say that the list may not say yet: a change that was cut off. Whoever takes it back must
 * take it back there too, or the sweeper would list it after all.
 */
async function unlisted(deps: ChangeDeps, ref: PackageRef): Promise<ReadonlyMap<string, string>> {
  const records = await deps.versions.unsettled(ref)
  return new Map(records.map(({ version, deprecated }) => [version, deprecated ?? '']))
}
