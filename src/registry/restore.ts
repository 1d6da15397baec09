import type { FormatId, PackageRef } from '../model/ids.ts'
import type { Head, VersionRecord } from '../model/records.ts'
import type { Files, PlacedFile } from '../storage/files.ts'
import { manifestKey, packageFileKey } from '../storage/keys.ts'
import type { OldObjects } from '../storage/old-objects.ts'
import { loadCurrent, type RebuildDeps, rebuild } from './rebuild.ts'

export interface RestoreDeps extends RebuildDeps {
  readonly files: Files
  readonly oldObjects: Pick<OldObjects, 'find' | 'bringBack'>
}

/**
 * One thing that did not fit the tables, and was put right, or would be.
 * - `brought_back`: an object that its version item needs was removed or replaced; an old version of it is in its place
 * - `lost`: there is no such old version; somebody must publish it again, or unpublish the version
 * - `set_aside`: a file of no accepted version, which whoever knows its address could download; it is under `quarantine/`
 * - `left_to_sweeper`: a claim that was open; validators finish or refuse it
 * - `rebuilt`: documents that were missing, or said something else than the items
 */
export interface Finding {
  readonly kind: 'brought_back' | 'lost' | 'set_aside' | 'left_to_sweeper' | 'rebuilt'
  readonly what: string
}

export interface RestoreOptions {
  /** False: only say what would be done. */
  readonly apply: boolean
  /** Called before each package, and each thousand files. */
  readonly progress: (done: string) => void
}

const pageSize = 100

/**
 * Makes the bucket fit the tables, which were restored to some moment: version items are the truth. Each step is
 * repeatable, so that a run that broke off is begun again. Nothing else may write meanwhile.
 * @throws StorageError
 */
export async function* restore(deps: RestoreDeps, options: RestoreOptions): AsyncGenerator<Finding, void> {
  for (const { id } of Object.values(deps.formats)) {
    for await (const head of everyHead(deps, id)) {
      options.progress(head.name)
      yield* restorePackage(deps, head, options)
    }
  }
  yield* setStraysAside(deps, options)
}

async function* everyHead(deps: RestoreDeps, format: FormatId): AsyncGenerator<Head, void> {
  let after: string | undefined
  do {
    const page = await deps.heads.list(format, { limit: pageSize, ...(after === undefined ? {} : { after }) })
    yield* page.heads
    after = page.next
  } while (after !== undefined)
}

async function* restorePackage(
  deps: RestoreDeps,
  head: Head,
  { apply }: RestoreOptions,
): AsyncGenerator<Finding, void> {
  let isWhole = true
  for await (const record of deps.versions.all(head)) {
    if (record.status === 'pending') yield { kind: 'left_to_sweeper', what: named(record) }
    if (!hasFile(record)) continue
    for (const { what, isThere, key } of await objectsOf(deps, record)) {
      if (isThere) continue
      const old = await deps.oldObjects.find(key, ({ metadata }) => isOf(record, what, metadata))
      if (old !== undefined && apply) await deps.oldObjects.bringBack(old) // repeatable
      isWhole &&= old !== undefined
      yield { kind: old === undefined ? 'lost' : 'brought_back', what: `${named(record)}: its ${what}` }
    }
  }
  // Without all manifests there is nothing to render from: what stands is better
  if (isWhole && (await render(deps, head, apply))) yield { kind: 'rebuilt', what: `${head.format}/${head.name}` }
}

async function objectsOf(deps: RestoreDeps, record: VersionRecord) {
  const [file, manifest] = await Promise.all([deps.files.holds(record), deps.manifests.has(record, record.uploadId)])
  return [
    { what: 'file', isThere: file, key: packageFileKey({ ...record, filename: record.file.filename }) },
    { what: 'manifest', isThere: manifest, key: manifestKey(record, record.uploadId) },
  ] as const
}

/** A manifest's key names the upload already; a file says it. */
function isOf({ uploadId }: VersionRecord, what: 'file' | 'manifest', metadata: Readonly<Record<string, string>>) {
  return what === 'manifest' || metadata['upload'] === uploadId
}

/** @returns whether documents had to be rendered, as far as can be told without doing it */
async function render(deps: RestoreDeps, head: Head, apply: boolean): Promise<boolean> {
  if (apply) return (await rebuild(deps, head)).outcome === 'rebuilt'
  return head.revision !== undefined && (await loadCurrent(deps, head)) === undefined
}

async function* setStraysAside(deps: RestoreDeps, { apply, progress }: RestoreOptions): AsyncGenerator<Finding, void> {
  let done = 0
  for await (const file of deps.files.all()) {
    done += 1
    if (done % 1_000 === 0) progress(`${done} files`)
    if (await belongs(deps, file)) continue
    if (apply) await deps.files.setAside(file) // repeatable: copied, then removed
    yield { kind: 'set_aside', what: file.key }
  }
}

/** An open claim's file may be in place already: whoever finishes or refuses the claim sees to it. */
async function belongs(deps: RestoreDeps, { ref }: PlacedFile): Promise<boolean> {
  const record = ref && (await deps.versions.get(ref))
  return (
    record !== undefined && (hasFile(record) || record.status === 'pending') && record.file.filename === ref?.filename
  )
}

/** Whose bytes are under `packages/`. A blocked one can be given back. */
function hasFile({ status }: VersionRecord): boolean {
  return status === 'accepted' || status === 'published' || status === 'blocked'
}

function named({ format, name, version }: PackageRef & Pick<VersionRecord, 'version'>): string {
  return `${format}/${name}@${version}`
}
