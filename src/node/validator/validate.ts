import type { AcceptedManifest } from '../../model/format.ts'
import type { Reason, VersionRecord } from '../../model/records.ts'
import type { Validate, Verdict } from '../../registry/settle.ts'
import { log } from '../../std/log.ts'
import type { Platform } from '../../std/platform.ts'
import type { Policy } from '../../validation/policy.ts'
import { buildReport, reasonsOf } from '../../validation/report.ts'
import { type RunResult, runChecks } from '../../validation/run.ts'
import type { Stores } from '../../wiring.ts'
import { previousVersion } from './previous.ts'
import { fileLimits, validations } from './validations.ts'

/** Lines of a refusal that reach the publisher's terminal; the rest is in the report. */
const mostReasons = 5
const heartbeatMs = 20_000

interface ValidateDeps {
  readonly stores: Stores
  readonly platform: Platform
  readonly policy: Policy
}

/** The validator's own half of `settle`: streams the staged file through its format's checks and stores the report. */
export function createValidate(deps: ValidateDeps): Validate {
  return async (record) => {
    const stopHeartbeat = startHeartbeat(deps.stores, record)
    try {
      return await validate(deps, record)
    } finally {
      stopHeartbeat()
    }
  }
}

async function validate({ stores, platform, policy }: ValidateDeps, record: VersionRecord): Promise<Verdict> {
  const [previous, published] = await Promise.all([
    previousVersion(stores, record),
    stores.staging.getManifest(record.uploadId),
  ])
  const staged = await stores.staging.open(record.uploadId)
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
    source: staged.body,
    ...validations[record.format],
    limits: fileLimits,
    policy,
    platform,
  })
  logCrashes(record, result)
  await stores.reports.put(file, record.uploadId, buildReport({ file, stored: record.file, result }))
  return verdictOf(result)
}

function verdictOf(result: RunResult): Verdict {
  const accepted = acceptedManifest(result)
  if (result.verdict === 'accepted' && accepted !== undefined) return { verdict: 'accepted', accepted }
  return { verdict: result.verdict === 'rejected' ? 'rejected' : 'failed', reasons: reasonsOf(result, mostReasons) }
}

function acceptedManifest({ facts }: RunResult): AcceptedManifest | undefined {
  const { manifest, fileCount, unpackedSizeBytes, readme, capabilities } = facts
  if (manifest === undefined) return undefined
  return {
    manifest,
    fileCount,
    unpackedSizeBytes,
    ...(readme === undefined ? {} : { readme }),
    ...(capabilities === undefined ? {} : { capabilities }),
  }
}

/** A check that broke is our bug: whoever runs the registry finds its cause here, never in a report. */
function logCrashes(record: VersionRecord, { crashes }: RunResult): void {
  for (const { check, error } of crashes) {
    log('error', 'check_crashed', `${record.name}@${record.version}: the check ${check} broke`, { error })
  }
}

/** Keeps the sweeper away from a version that is being worked on. */
function startHeartbeat(stores: Stores, record: VersionRecord): () => void {
  const timer = setInterval(() => {
    stores.versions.heartbeat(record).catch((error: unknown) => {
      log('warning', 'heartbeat_failed', `${record.name}@${record.version}: the job may be sent twice`, { error })
    })
  }, heartbeatMs)
  return () => clearInterval(timer)
}

const gone: Reason = {
  code: 'upload_expired',
  message: 'The uploaded file waited for more than a day and is gone.',
  hint: 'Publish again.',
}
