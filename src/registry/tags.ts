import type { SnapshotState } from '../model/format.ts'
import type { PackageRef, Version } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { Manifests } from '../storage/manifests.ts'
import { type ChangeDeps, requireChange } from './change.ts'
import { maxTags } from './settle.ts'
import { type Change, changeSnapshot } from './snapshot.ts'

export interface TagDeps extends ChangeDeps {
  readonly manifests: Manifests
}

/**
 * Points a dist-tag to a published version. Setting it to what it is already succeeds.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `version_not_found`, `too_many_tags`
 */
export async function setTag(
  deps: TagDeps,
  who: Principal,
  ref: PackageRef,
  tag: string,
  version: Version,
): Promise<void> {
  await requireChange(deps, who, ref)
  const record = await deps.versions.get({ ...ref, version })
  if (record?.status !== 'published') throw refuse('version_not_found', { version })
  const accepted = tag === 'latest' ? await deps.manifests.get(record, record.uploadId) : undefined
  await change(deps, ref, (head, state) => {
    if (!Object.hasOwn(state.versions, version)) throw refuse('version_not_found', { version }) // unpublished just now
    if (head.tags[tag] === version && Object.hasOwn(head.tags, tag)) return undefined
    const tags = { ...head.tags, [tag]: version }
    if (Object.keys(tags).length > maxTags) throw refuse('too_many_tags', { most: maxTags })
    return { tags, ...(tag === 'latest' ? { readme: accepted?.readme ?? '' } : {}) }
  })
}

/**
 * Removes a dist-tag.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `tag_latest_required`, `tag_not_found`
 */
export async function removeTag(deps: TagDeps, who: Principal, ref: PackageRef, tag: string): Promise<void> {
  const head = await requireChange(deps, who, ref)
  if (tag === 'latest') throw refuse('tag_latest_required')
  if (!Object.hasOwn(head.tags, tag)) throw refuse('tag_not_found', { tag })
  await change(deps, ref, ({ tags }) => {
    const { [tag]: removed, ...kept } = tags
    return removed === undefined ? undefined : { tags: kept }
  })
}

async function change(
  deps: TagDeps,
  ref: PackageRef,
  mutate: (head: Head, state: SnapshotState) => { tags: Head['tags']; readme?: string } | undefined,
): Promise<void> {
  await changeSnapshot(deps, ref, (state, head): Change | undefined => {
    const next = mutate(head, state)
    if (next === undefined) return undefined
    return { state: { ...state, readme: next.readme ?? state.readme }, head: { tags: next.tags } }
  }) // COMMIT: clients see the tags
  deps.headCache.forget(ref)
}
