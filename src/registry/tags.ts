import type { SnapshotState } from '../model/format.ts'
import type { PackageRef, Version } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { toJson } from '../std/json.ts'
import { accessProblem } from './access.ts'
import { packageTarget } from './audit-log.ts'
import { type ChangeDeps, requireChange } from './change.ts'
import { maxTags } from './settle.ts'
import { type Change, changeSnapshot } from './snapshot.ts'

/**
 * Points a dist-tag to a published version. Setting it to what it is already succeeds.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `version_not_found`, `too_many_tags`
 */
export async function setTag(
  deps: ChangeDeps,
  who: Principal,
  ref: PackageRef,
  tag: string,
  version: Version,
): Promise<void> {
  const before = await requireChange(deps, who, ref)
  const files = await deps.versions.files({ ...ref, version })
  const record = files.find(({ status }) => status === 'published')
  if (record === undefined) throw refuse('version_not_found', { version })
  const accepted = tag === 'latest' ? await deps.manifests.get(record, record.uploadId) : undefined
  if (tagOf(before, tag) === version) return
  await change(deps, who, before, { tag, version }, (head, state) => {
    if (!Object.hasOwn(state.versions, version)) throw refuse('version_not_found', { version }) // unpublished just now
    if (tagOf(head, tag) === version) return undefined
    const tags = { ...head.tags, [tag]: version }
    if (Object.keys(tags).length > maxTags) throw refuse('too_many_tags', { most: maxTags })
    return { tags, ...(tag === 'latest' ? { readme: accepted?.readme ?? '' } : {}) }
  })
}

/**
 * Removes a dist-tag.
 * @throws Refusal `login_required`, `package_not_found`, `not_owner`, `tag_latest_required`, `tag_not_found`
 */
export async function removeTag(deps: ChangeDeps, who: Principal, ref: PackageRef, tag: string): Promise<void> {
  const head = await requireChange(deps, who, ref)
  if (tag === 'latest') throw refuse('tag_latest_required')
  if (!Object.hasOwn(head.tags, tag)) throw refuse('tag_not_found', { tag })
  await change(deps, who, head, { tag }, ({ tags }) => {
    const { [tag]: removed, ...kept } = tags
    return removed === undefined ? undefined : { tags: kept }
  })
}

async function change(
  deps: ChangeDeps,
  who: Principal,
  before: Head,
  { tag, version }: { readonly tag: string; readonly version?: Version },
  mutate: (head: Head, state: SnapshotState) => { tags: Head['tags']; readme?: string } | undefined,
): Promise<void> {
  const entry = {
    action: 'package.tags',
    target: packageTarget(before),
    before: toJson({ [tag]: tagOf(before, tag) }),
    after: toJson({ [tag]: version }),
  }
  await deps.audit.recorded(who, entry, () =>
    changeSnapshot(deps, before, (state, head): Change | undefined => {
      const problem = accessProblem(who, 'change', head, deps.rules) // taken away just now
      if (problem !== undefined) throw problem
      const next = mutate(head, state)
      if (next === undefined) return undefined
      return { state: { ...state, readme: next.readme ?? state.readme }, head: { tags: next.tags } }
    }),
  ) // COMMIT: clients see the tags
  deps.headCache.forget(before)
}

function tagOf({ tags }: Head, tag: string): Version | undefined {
  return Object.hasOwn(tags, tag) ? tags[tag] : undefined
}
