import type { AcceptedManifest } from '../../model/format.ts'
import type { Reason, VersionRecord } from '../../model/records.ts'
import type { Telemetry } from '../../model/telemetry.ts'
import type { Trial, Validate, Verdict } from '../../registry/settle.ts'
import { log } from '../../std/log.ts'
import type { Platform } from '../../std/platform.ts'
import { createScriptCheck, type PublishScript } from '../../validation/checks/script.ts'
import type { Policy } from '../../validation/policy.ts'
import { buildReport, type Report, reasonsOf } from '../../validation/report.ts'
import { type RunResult, runChecks } from '../../validation/run.ts'
import type { Stores } from '../../wiring.ts'
import type { ScriptJudge } from '../scripts/judge.ts'
import { previousVersion } from './previous.ts'
import { type Progress, watched } from './progress.ts'
import { publishScript } from './publish-script.ts'
import { validationOf } from './validations.ts'

/** Lines of a refusal that reach the publisher's terminal; the rest is in the report. */
const mostReasons = 5
const heartbeatMs = 20_000
/** Where somebody may be watching. */
const progressMs = 5_000

interface ValidateDeps {
  readonly stores: Stores
  readonly platform: Platform
  readonly scripts: ScriptJudge
  readonly policy: Policy
  readonly telemetry?: Telemetry
}

/** The validator's own half of `settle`: streams the staged file through its format's checks. */
export function createValidate(deps: ValidateDeps): Validate {
  return async (record, trial) => {
    const progress: Progress = { checkedBytes: 0 }
    const stopHeartbeat = startHeartbeat(deps.stores, record, progress, trial)
    try {
      const verdict = await traced(deps.telemetry, () => validate(deps, record, progress, trial))
      deps.telemetry?.metrics?.count('verdicts', { verdict: verdict.verdict, code: codeOf(verdict) })
      return verdict
    } finally {
      stopHeartbeat()
    }
  }
}

function traced(telemetry: Telemetry | undefined, work: () => Promise<Verdict>): Promise<Verdict> {
  if (telemetry?.tracer === undefined) return work()
  return telemetry.tracer.within('checks', 'internal', async ({ attributes }) => {
    const verdict = await work()
    attributes['deckle.verdict'] = verdict.verdict
    return verdict
  })
}

/** Of the first reason: the one that a publisher reads first. */
function codeOf(verdict: Verdict): string {
  return verdict.verdict === 'accepted' ? 'none' : (verdict.reasons[0]?.code ?? 'none')
}

async function validate(
  { stores, platform, scripts, policy }: ValidateDeps,
  record: VersionRecord,
  progress: Progress,
  trial: Trial | undefined,
): Promise<Verdict> {
  const head = stores.heads.get(record)
  // Needed at the end only: two more reads, one after another, while the file is read
  const previous = record.filename === undefined ? previousVersion(stores, record, head) : Promise.resolve(undefined)
  previous.catch(() => undefined)
  const [published, staged, script] = await open(
    stores,
    record,
    publishScript({ stores, scripts, platform }, record, head),
  )
  // Of a file that is only tried, nothing need have been said where nothing has to be claimed by it
  const isSaid = published !== undefined || (trial !== undefined && record.filename === undefined)
  if (staged === undefined || !isSaid) {
    await staged?.body.cancel()
    return { verdict: 'failed', reasons: [gone] }
  }
  const file = { format: record.format, name: record.name, version: record.version, filename: record.file.filename }
  const validation = validationOf(record, published)
  const result = await runChecks({
    file,
    published,
    publisher: record.publisher,
    previous,
    stored: record.file,
    source: record.filename === undefined ? staged.body : watched(staged.body, progress),
    readAt: (offset, length) => stores.staging.readAt(record.uploadId, offset, length),
    ...validation,
    checks: script === undefined ? validation.checks : [...validation.checks, createScriptCheck(script)],
    policy,
    platform,
  })
  logCrashes(record, result)
  return verdictOf(record, result, buildReport({ file, stored: record.file, result }))
}

/** What a validation begins with, asked for side by side. A file that was opened for nothing is closed. */
async function open(stores: Stores, record: VersionRecord, script: Promise<PublishScript | undefined>) {
  const opening = stores.staging.open(record.uploadId)
  try {
    const manifest = stores.staging.getManifest(record.uploadId)
    return await Promise.all([manifest, opening, script])
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
  const { manifest, fileCount, unpackedSizeBytes, readme, capabilities, digests, checkScript } = facts
  if (manifest === undefined) return undefined
  return {
    manifest,
    fileCount,
    unpackedSizeBytes,
    ...(readme === undefined ? {} : { readme }),
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(digests === undefined ? {} : { file: { ...file, ...digests } }),
    ...(checkScript === undefined ? {} : { checkScript }),
  }
}

/** A check that broke is our bug: whoever runs the registry finds its cause here, never in a report. */
function logCrashes(record: VersionRecord, { crashes }: RunResult): void {
  for (const { check, error } of crashes) {
    log('error', 'check_crashed', `${record.name}@${record.version}: the check ${check} broke`, { error })
  }
}

/** Keeps the sweeper away from a version that is being worked on, and tells who watches a large file how far it is. */
function startHeartbeat(
  { versions }: Stores,
  record: VersionRecord,
  progress: Progress,
  { heartbeat }: Trial = { heartbeat: (reached) => versions.heartbeat(record, reached) },
): () => void {
  const isWatched = record.filename !== undefined
  const timer = setInterval(
    () => {
      heartbeat(isWatched ? progress : {}).catch((error: unknown) => {
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
