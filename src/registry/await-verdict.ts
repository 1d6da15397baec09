import type { ClaimRef } from '../model/ids.ts'
import type { VersionRecord } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { isFinal } from '../model/version-status.ts'
import type { Platform } from '../std/platform.ts'
import type { Versions } from '../storage/versions.ts'
import { blocked } from './access.ts'
import type { HeadCache } from './head-cache.ts'

interface LookDeps {
  /** In all. */
  readonly waitMs: number
  readonly platform: Platform
}

interface VerdictDeps extends LookDeps {
  readonly headCache: HeadCache
  readonly versions: Versions
}

export interface Receipt {
  readonly ref: ClaimRef
  /** `validating`: the claim stands, the verdict is not there yet. */
  readonly outcome: 'published' | 'validating'
}

/** Waits for the verdict of a claim. @throws Refusal `validation_refused`, and what else became of it */
export async function awaitVerdict(deps: VerdictDeps, record: VersionRecord): Promise<Receipt> {
  const { format, name, version, filename } = record
  const ref: ClaimRef = { format, name, version, ...(filename === undefined ? {} : { filename }) }
  const decided = (current: VersionRecord | undefined) => {
    if (current !== undefined && current.uploadId !== record.uploadId) throw refuse('conflict')
    return current !== undefined && isFinal(current.status) ? current : undefined
  }
  const final = decided(record) ?? (await lookUntil(deps, async () => decided(await deps.versions.get(ref))))
  if (final === undefined) return { ref, outcome: 'validating' }
  deps.headCache.forget(ref)
  return verdict(ref, final)
}

/**
 * Looks for something that is decided elsewhere, the more seldom the longer it takes: a small package is decided within
 * a few hundred milliseconds. In 20 s it looks some 38 times: a worker may make 50 requests on the smallest plan.
 * @returns undefined when it is not decided in time
 */
export async function lookUntil<T>(deps: LookDeps, look: () => Promise<T | undefined>): Promise<T | undefined> {
  const beganAt = deps.platform.now()
  for (let waitMs = 40; ; waitMs = nextWaitMs(deps.platform.now() - beganAt)) {
    if (deps.platform.now() + waitMs > beganAt + deps.waitMs) return undefined
    await deps.platform.sleep(waitMs)
    const found = await look()
    if (found !== undefined) return found
  }
}

/** A fifth of the time that has passed is the most that a publisher hears later than they could. */
function nextWaitMs(passedMs: number): number {
  return Math.min(Math.max(20, passedMs / 5), 1_250)
}

function verdict(ref: ClaimRef, record: VersionRecord): Receipt {
  if (record.status === 'published') return { ref, outcome: 'published' }
  if (record.status === 'unpublished') throw refuse('version_unpublished', named(record))
  if (record.status === 'blocked') throw blocked(record, record.blocked ?? '', record.version)
  const reasons = (record.reasons ?? []).map(
    ({ code, path, message, hint }) => `  ${code}${path === undefined ? '' : ` in ${path}`}: ${message} ${hint}`,
  )
  throw refuse('validation_refused', { ...named(record), reasons: reasons.join('\n') })
}

function named(ref: ClaimRef): { package: string; version: string } {
  return { package: ref.name, version: ref.version }
}
