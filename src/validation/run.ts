import type { FileRef, Username } from '../model/ids.ts'
import type { ClaimedFile, IsoTime } from '../model/records.ts'
import type { JsonObject } from '../std/json.ts'
import { isoNow, type Platform } from '../std/platform.ts'
import type { ArchiveLayout, ArchiveLimits, ArchiveSummary, ReadAt, WalkArchive } from './archive/walk.ts'
import type { Check, CheckContext, Facts, PreviousVersion } from './check.ts'
import { assembleCrew, type Crash, type Crew, crashFinding } from './crew.ts'
import type { Digester } from './digester.ts'
import { createFindingLog, type FindingLog, type LoggedFindings } from './finding-log.ts'
import type { Policy } from './policy.ts'
import { openStoredSource, type StoredSource } from './stored-source.ts'
import type { VerdictKind } from './verdict.ts'

export interface RunLimits extends ArchiveLimits {
  /** For the whole run. A check that never yields is not interrupted; the run fails when it returns. */
  readonly timeMs: number
  /** Findings kept; all are counted. */
  readonly findings: number
}

export interface RunOptions {
  readonly file: FileRef
  /** The manifest as the publisher sent it. Untrusted. Undefined where the file is only tried, and nobody sent one. */
  readonly published: JsonObject | undefined
  readonly publisher?: Username
  /** Asked for while the file is read. When it cannot be had, the run proves nothing. */
  readonly previous?: Promise<PreviousVersion | undefined>
  /** What was computed when the bytes arrived, if they came by us. */
  readonly stored: Pick<ClaimedFile, 'sizeBytes' | 'sha512'>
  /** The bytes; behind those that `digester` was given, if it was. */
  readonly source: ReadableStream<Uint8Array>
  /** For what was not computed when the bytes arrived; of its own by default. */
  readonly digester?: Digester | undefined
  /** A second way to the same bytes. */
  readonly readAt?: ReadAt | undefined
  /** How to read the archive: `walkTarball` for npm. */
  readonly walk: WalkArchive
  readonly layout: ArchiveLayout
  readonly checks: readonly Check[]
  readonly limits: RunLimits
  /** What rejects and what warns here; the defaults when it is left out. */
  readonly policy?: Policy
  readonly platform: Pick<Platform, 'now' | 'sleep'>
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

export interface RunResult extends LoggedFindings {
  readonly verdict: VerdictKind
  readonly facts: Readonly<Facts>
  readonly crashes: readonly Crash[]
  readonly startedAt: IsoTime
  readonly durationMs: number
}

/**
 * Runs all checks over a single pass of the bytes, and proves that these are the bytes that were uploaded. Holds what
 * the walker and the checks hold, and at most `limits.findings` findings.
 * @throws what the source or `previous` throws when it cannot be read: the run proves nothing and is to be repeated
 */
export async function runChecks(options: RunOptions): Promise<RunResult> {
  const { platform, limits } = options
  const startedAtMs = platform.now()
  const startedAt = isoNow(platform)
  const findings = createFindingLog(limits.findings, options.policy)
  const facts: Facts = { fileCount: 0, unpackedSizeBytes: 0 }
  const { file, published, publisher } = options
  const context: Writable<CheckContext> = { file, published, publisher, facts, report: findings.add }
  options.previous?.catch(() => undefined) // thrown where it is needed, if it is
  const checks = options.checks.filter(({ formats }) => formats === 'all' || formats.includes(options.file.format))
  const crew = assembleCrew(checks, context, findings.add)
  const source = openStoredSource(options.source, options.stored, options.digester)

  const crashes = await withinTime(options, findings, crew, source, async () => {
    const walked = await walk(options, findings, crew, source)
    if ('error' in walked) {
      await source.stop()
      return [walked]
    }
    facts.fileCount = walked.fileCount
    facts.unpackedSizeBytes = walked.unpackedSizeBytes
    await source.drain()
    if (!source.isUnchanged()) findings.add(changedFinding)
    else if (walked.complete) {
      const digests = source.digests()
      if (digests !== undefined) facts.digests = digests
      context.previous = await options.previous
      await crew.end()
    }
    return []
  })
  const logged = findings.read()
  return {
    ...logged,
    verdict: findings.isFailed() ? 'failed' : logged.counts.error > 0 ? 'rejected' : 'accepted',
    facts,
    crashes: [...crashes, ...crew.crashes],
    startedAt,
    durationMs: platform.now() - startedAtMs,
  }
}

/** An archive that ends without a finding that says why would be accepted unread: that, too, is a crash. */
async function walk(
  options: RunOptions,
  findings: FindingLog,
  crew: Crew,
  source: StoredSource,
): Promise<ArchiveSummary | Crash> {
  const { layout, limits, stored } = options
  const visitor = { entry: crew.entry, report: findings.add }
  try {
    const walkOptions = { sizeBytes: stored.sizeBytes, layout, limits, readAt: options.readAt }
    const summary = await options.walk(source.stream, walkOptions, visitor)
    if (summary.complete || findings.has('error')) return summary
    throw new Error('the walk ended early and did not say why')
  } catch (error) {
    const failure = source.failure()
    if (failure !== undefined) throw failure.error
    findings.add(crashFinding('archive'))
    return { check: 'archive', error }
  }
}

async function withinTime(
  { platform, limits }: RunOptions,
  findings: FindingLog,
  crew: Crew,
  source: StoredSource,
  work: () => Promise<readonly Crash[]>,
): Promise<readonly Crash[]> {
  const finished = new AbortController()
  const timeUp = platform.sleep(limits.timeMs, finished.signal).then(() => 'time_up' as const)
  const working = work()
  // Whichever of the two comes second has nothing more to say; without these its rejection would end the process
  timeUp.catch(() => undefined)
  working.catch(() => undefined)
  try {
    const outcome = await Promise.race([working, timeUp])
    if (outcome !== 'time_up') return outcome
    crew.dismiss()
    findings.add(timedOutFinding(limits.timeMs, crew.busy()))
    findings.close()
    await source.stop()
    return []
  } finally {
    finished.abort()
  }
}

const changedFinding = {
  code: 'stored_file_changed',
  message: 'The stored file differs from the one that was uploaded.',
  hint: 'Publish again; if it stays, tell an administrator of the registry.',
}

function timedOutFinding(timeMs: number, check: string | undefined) {
  const where = check === undefined ? '' : `, and was waiting for the check "${check}"`
  return {
    code: 'validation_timed_out',
    message: `Validation took longer than ${Math.round(timeMs / 1000)} s${where}.`,
    hint: 'Publish again; if it stays, leave out files that are not needed, or tell an administrator.',
  }
}
