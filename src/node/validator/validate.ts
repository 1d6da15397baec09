import type { AcceptedManifest } from '../../model/format.ts'
import type { Reason, VersionRecord } from '../../model/records.ts'
import type { Validate, Verdict } from '../../registry/settle.ts'
import { log } from '../../std/log.ts'
import type { Platform } from '../../std/platform.ts'
import type { Policy } from '../../validation/policy.ts'
import { buildReport, type Report, reasonsOf } from '../../validation/report.ts'
import { type RunResult, runChecks } from '../../validation/run.ts'
import type { Stores } from '../../wiring.ts'
import { previousVersion } from './previous.ts'
import { type Progress, watched } from './progress.ts'
import { validationOf } from './validations.ts'

/** Lines of a refusal that reach the publisher's terminal; the rest is in the report. */
const mostReasons = 5
const heartbeatMs = 20_000
/** Where somebody may be watching. */
const progressMs = 5_000

interface ValidateDeps {
  readonly stores: Stores
  readonly platform: Platform
  readonly policy: Policy
}

/** The validator's own half of `settle`: streams the staged file through its format's checks. */
export function createValidate(deps: ValidateDeps): Validate {
  return async (record) => {
    const progress: Progress = { checkedBytes: 0 }
    const stopHeartbeat = startHeartbeat(deps.stores, record, progress)
    try {
      return await validate(deps, record, progress)
    } finally {
      stopHeartbeat()
    }
  }
}

async function validate(
  { stores, platform, policy }: ValidateDeps,
  record: VersionRecord,
  progress: Progress,
): Promise<Verdict> {
  // Needed at the end only: two or three reads, one after another, while the file is read
  const previous = record.filename === undefined ? previousVersion(stores, record) : Promise.resolve(undefined)
  previous.catch(() => undefined)
  const [published, staged] = await open(stores, record)
  if (staged === undefined || published === undefined) {
    await staged?.body.cancel()
    return { verdict: 'failed', reasons: [gone] }
  }
  const file = { format: record.format, name: record.name, version: record.version, filename: record.file.filename }
  const result = await runChecks({
    file,
    published,
    publisher: record.publisher,
    previous,
    stored: record.file,
    source: record.filename === undefined ? staged.body : watched(staged.body, progress),
    readAt: (offset, length) => stores.staging.readAt(record.uploadId, offset, length),
    ...validationOf(record, published),
    policy,
    platform,
  })
  logCrashes(record, result)
  return verdictOf(record, result, buildReport({ file, stored: record.file, result }))
}

/** What a validation begins with, asked for side by side. A file that was opened for nothing is closed. */
async function open(stores: Stores, record: VersionRecord) {
  const opening = stores.staging.open(record.uploadId)
  try {
    const manifest = stores.staging.getManifest(record.uploadId)
    return await Promise.all([manifest, opening])
  } catch (error) {
    const staged = await opening.catch(() => undefined)
    // It may have broken off as well: what is to be told is what broke first
    await staged?.body.cancel().catch(() => undefined)
    throw error
  }
}

function verdictOf(record: VersionRecord, result: RunResult, report: Report): Verdict {
  const accepted = acceptedManifest(record, result)
  if (result.verdict === 'accepted' && accepted !== undefined) return { verdict: 'accepted', accepted, report }
  const verdict = result.verdict === 'rejected' ? 'rejected' : 'failed'
  return { verdict, reasons: reasonsOf(result, mostReasons), report }
}

function acceptedManifest({ file }: VersionRecord, { facts }: RunResult): AcceptedManifest | undefined {
  const { manifest, fileCount, unpackedSizeBytes, readme, capabilities, digests } = facts
  if (manifest === undefined) return undefined
  return {
    manifest,
    fileCount,
    unpackedSizeBytes,
    ...(readme === undefined ? {} : { readme }),
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(digests === undefined ? {} : { file: { ...file, ...digests } }),
  }
}

/** A check that broke is our bug: whoever runs the registry finds its cause here, never in a report. */
function logCrashes(record: VersionRecord, { crashes }: RunResult): void {
  for (const { check, error } of crashes) {
    log('error', 'check_crashed', `${record.name}@${record.version}: the check ${check} broke`, { error })
  }
}

/** Keeps the sweeper away from a version that is being worked on, and tells who watches a large file how far it is. */
function startHeartbeat(stores: Stores, record: VersionRecord, progress: Progress): () => void {
  const isWatched = record.filename !== undefined
  const timer = setInterval(
    () => {
      stores.versions.heartbeat(record, isWatched ? progress : {}).catch((error: unknown) => {
        log('warning', 'heartbeat_failed', `${record.name}@${record.version}: the job may be sent twice`, { error })
      })
    },
    isWatched ? progressMs : heartbeatMs,
  )
  return () => clearInterval(timer)
}

const gone: Reason = {
  code: 'upload_expired',
  message: 'The uploaded file waited for more than a day and is gone.',
  hint: 'Publish again.',
}
