import type { PackageFormat } from '../model/format.ts'
import type { ClaimRef, FileRef, OrgName, PackageRef, Version } from '../model/ids.ts'
import { organisationOf } from '../model/organisation.ts'
import { type Asking, anonymous, type Principal } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { Refusal } from '../model/refusals.ts'
import { growingCache } from '../std/growing-cache.ts'
import type { Platform } from '../std/platform.ts'
import type { Files, StoredFacts } from '../storage/files.ts'
import type { Gate } from '../storage/gate.ts'
import { packageFileKey } from '../storage/keys.ts'
import { accessProblem, versionProblem } from './access.ts'
import { downloadProblem } from './download-check.ts'
import type { EventLog, Visitor } from './events.ts'
import { isGuarded } from './guarded.ts'
import { openHead, type ReaderDeps, requireReader } from './reader.ts'

export interface DownloadDeps extends ReaderDeps {
  readonly files: Files
  readonly links: Links
  readonly events: Pick<EventLog, 'record' | 'recordNow'>
  readonly gate: Gate
  readonly formats: Readonly<Record<PackageRef['format'], PackageFormat>>
  readonly platform: Platform
}

const windowMs = 5 * 60_000
const lifetimeS = 10 * 60
/** Of a link to a guarded file: for the redirect, and for clocks that differ a little. */
const guardedLifetimeS = 30

/**
 * Signed links to files, each made once per five-minute window: within a window a file has one link, so that clients'
 * caches keep working, and a link lives for five to ten minutes.
 */
export class Links {
  readonly #files: Files
  readonly #platform: Platform
  readonly #made = growingCache<{ readonly window: number; readonly url: string }>(10_000)

  constructor(files: Files, platform: Platform) {
    this.#files = files
    this.#platform = platform
  }

  /** Asynchronous only when the link has to be made. */
  to(file: FileRef): string | Promise<string> {
    const window = Math.floor(this.#platform.now() / windowMs) * windowMs
    const key = packageFileKey(file)
    const made = this.#made.get(key)
    return made?.window === window ? made.url : this.#make(file, key, window)
  }

  async #make(file: FileRef, key: string, window: number): Promise<string> {
    const url = await this.#files.presign(file, { at: window, expiresInS: lifetimeS })
    this.#made.set(key, { window, url })
    return url
  }
}

/**
 * Decides on one download and signs the link that its bytes come by. Warm, this makes no request; cold, token and head
 * are fetched side by side. Leaves one event, also when it is refused.
 * @throws Refusal `package_not_found`, `package_blocked`, `login_required`, `token_invalid`, and of a package that asks
 *   a script `check_script_denied`, `check_script_failed`, `check_script_suspended`, `check_unavailable`
 */
export async function download(
  deps: DownloadDeps,
  asking: Asking,
  ref: ClaimRef,
  visitor: Visitor,
  fresh: boolean,
): Promise<string> {
  let who: Principal = anonymous
  let org: OrgName | undefined
  try {
    const opened = openHead(deps, asking, ref, fresh)
    const { who: principal, head } = opened instanceof Promise ? await opened : opened
    who = principal
    org = head && organisationOf(head)
    requireReadable(deps, who, head, ref.version)
    if (head !== undefined && isGuarded(head)) return await downloadGuarded(deps, who, head, ref, visitor)
    const link = deps.links.to(fileOf(deps, ref))
    const url = typeof link === 'string' ? link : await link
    deps.events.record(who, { ...ref, org }, visitor, 'allowed')
    return url
  } catch (error) {
    if (error instanceof OnRecord) throw error.refusal
    if (error instanceof Refusal) deps.events.record(who, { ...ref, org }, visitor, 'refused', error.code)
    throw error
  }
}

/** A refusal whose event is written. */
class OnRecord extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/**
 * Nothing that is known decides: token and account are read anew, as the head was, and a script is asked if the package
 * has one. What came of it is on record before there is an answer, and the link is the asker's alone and lives just as
 * long as it takes to follow it.
 * @throws StorageError when it cannot be recorded: then there is no download
 * @throws OnRecord when the script does not allow it
 */
async function downloadGuarded(
  deps: DownloadDeps,
  who: Principal,
  head: Head,
  ref: ClaimRef,
  visitor: Visitor,
): Promise<string> {
  const reader = await requireReader(deps, who, head)
  const file = fileOf(deps, ref)
  const problem = await downloadProblem(deps, reader, head, file, visitor)
  const wanted = { ...ref, org: organisationOf(head) }
  // COMMIT: it happened, or was refused, as far as anybody can tell
  const event = await deps.events.recordNow(reader, wanted, visitor, problem?.code)
  if (problem !== undefined) throw new OnRecord(problem)
  return deps.files.presign(file, { at: deps.platform.now(), expiresInS: guardedLifetimeS, event })
}

/**
 * Size and kind of a file, for `HEAD`. No download, so no event.
 * @returns undefined when the version does not exist
 * @throws Refusal `package_not_found`, `package_blocked`, `login_required`, `token_invalid`
 */
export async function describeFile(
  deps: DownloadDeps,
  asking: Asking,
  ref: ClaimRef,
): Promise<StoredFacts | undefined> {
  const { who, head } = await openHead(deps, asking, ref, false)
  requireReadable(deps, who, head, ref.version)
  await requireReader(deps, who, head)
  return deps.files.describe(fileOf(deps, ref))
}

function requireReadable(deps: DownloadDeps, who: Principal, head: Head | undefined, version: Version): void {
  const problem = accessProblem(who, 'read', head, deps.rules) ?? (head && versionProblem(head, version))
  if (problem !== undefined) throw problem
}

function fileOf(deps: DownloadDeps, ref: ClaimRef): FileRef {
  return { ...ref, filename: deps.formats[ref.format].fileName(ref) }
}
