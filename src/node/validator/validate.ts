import type { AcceptedManifest } from '../../model/format.ts'
import type { Reason, VersionRecord } from '../../model/records.ts'
import type { Telemetry } from '../../model/telemetry.ts'
import type { Trial, Validate, Verdict } from '../../registry/settle.ts'
import type { JsonObject } from '../../std/json.ts'
import { log } from '../../std/log.ts'
import type { Platform } from '../../std/platform.ts'
import { createScriptCheck, type PublishScript } from '../../validation/checks/script.ts'
import type { Policy } from '../../validation/policy.ts'
import { buildReport, type Report, reasonsOf } from '../../validation/report.ts'
import { type RunResult, runChecks } from '../../validation/run.ts'
import type { Stores } from '../../wiring.ts'
import type { ScriptJudge } from '../scripts/judge.ts'
import { previousVersion } from './previous.ts'
import { type NoteProgress, Progress, startHeartbeat } from './progress.ts'
import { publishScript } from './publish-script.ts'
import { openResumable, type Reading } from './reading.ts'
import { validationOf } from './validations.ts'

/** Lines of a refusal that reach the publisher's terminal; the rest is in the report. */
const mostReasons = 5

/** How much of the work on a file may be lost with a validator. */
export interface Pace {
  /** Smaller files are digested by code that is three times as fast, and cannot be gone on with. */
  readonly resumableFromBytes: number
  /** Time between two notes of how far it is. */
  readonly progressMs: number
}

const usualPace: Pace = { resumableFromBytes: 4 * 1024 ** 3, progressMs: 5_000 }

interface ValidateDeps {
  readonly stores: Stores
  readonly platform: Platform
  readonly scripts: ScriptJudge
  readonly policy: Policy
  readonly telemetry?: Telemetry
  readonly pace?: Pace
}

/** The validator's own half of `settle`: streams the staged file through its format's checks. */
export function createValidate(deps: ValidateDeps): Validate {
  return async (record, trial) => {
    const progress = new Progress(record)
    const { progressMs } = deps.pace ?? usualPace
    const note = noteOf(deps.stores.versions, record, trial)
    const stopHeartbeat = startHeartbeat(note, record, progress, progressMs)
    try {
      const verdict = await traced(deps.telemetry, () => validate(deps, record, progress, trial))
      deps.telemetry?.metrics?.count('verdicts', { verdict: verdict.verdict, code: codeOf(verdict) })
      return verdict
    } finally {
      stopHeartbeat()
    }
  }
}

/** Where it is noted how far the work is. What is only tried is not gone on with. */
function noteOf(versions: Stores['versions'], record: VersionRecord, trial: Trial | undefined): NoteProgress {
  if (trial === undefined) return (reached) => versions.heartbeat(record, reached)
  return ({ checkedBytes }) => trial.heartbeat(checkedBytes === undefined ? {} : { checkedBytes })
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
  deps: ValidateDeps,
  record: VersionRecord,
  progress: Progress,
  trial: Trial | undefined,
): Promise<Verdict> {
  const { stores, platform, scripts, policy } = deps
  const head = stores.heads.get(record)
  // Needed at the end only: two more reads, one after another, while the file is read
  const previous = record.filename === undefined ? previousVersion(stores, record, head) : Promise.resolve(undefined)
  previous.catch(() => undefined)
  const [published, reading, script] = await open(
    deps,
    record,
    publishScript({ stores, scripts, platform }, record, head),
  )
  // Of a file that is only tried, nothing need have been said where nothing has to be claimed by it
  const isSaid = published !== undefined || (trial !== undefined && record.filename === undefined)
  if (reading === undefined || !isSaid) {
    await reading?.staged.body.cancel()
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
    source: record.filename === undefined ? reading.staged.body : progress.watch(reading),
    digester: reading.digester,
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
async function open(deps: ValidateDeps, record: VersionRecord, script: Promise<PublishScript | undefined>) {
  const manifest = deps.stores.staging.getManifest(record.uploadId)
  const opening = openFile(deps, record, manifest)
  try {
    return await Promise.all([manifest, opening, script])
  } catch (error) {
    const reading = await opening.catch(() => undefined)
    // It may have broken off as well: what is to be told is what broke first
    await reading?.staged.body.cancel().catch(() => undefined)
    throw error
  }
}

/** Whether a large file can be gone on with is said by its manifest; any other file is opened without waiting for that. */
async function openFile(
  { stores: { staging }, pace = usualPace }: ValidateDeps,
  record: VersionRecord,
  manifest: Promise<JsonObject | undefined>,
): Promise<Reading | undefined> {
  if (record.filename !== undefined && record.file.sizeBytes >= pace.resumableFromBytes) {
    const published = await manifest
    if (published !== undefined && validationOf(record, published).isOpaque) return openResumable(staging, record)
  }
  const staged = await staging.open(record.uploadId)
  return staged && { staged }
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

const gone: Reason = {
  code: 'upload_expired',
  message: 'The uploaded file waited for more than a day and is gone.',
  hint: 'Publish again.',
}
