import { genericChecks } from '../../generic/checks/all.ts'
import { chooseWalker, genericLimits } from '../../generic/kinds.ts'
import type { FormatId } from '../../model/ids.ts'
import type { VersionRecord } from '../../model/records.ts'
import { uploadKinds } from '../../model/upload.ts'
import { npmChecks } from '../../npm/checks/all.ts'
import { createPackagingCheck } from '../../npm/checks/quality/packaging.ts'
import type { JsonObject } from '../../std/json.ts'
import { walkOpaque } from '../../validation/archive/opaque.ts'
import { walkTarball } from '../../validation/archive/tarball.ts'
import { type ArchiveLayout, archiveLimits, type WalkArchive } from '../../validation/archive/walk.ts'
import type { Check } from '../../validation/check.ts'
import { secretsCheck } from '../../validation/checks/secrets.ts'
import type { RunLimits } from '../../validation/run.ts'
import { createLinter } from './linter.ts'

export interface Validation {
  readonly walk: WalkArchive
  readonly layout: ArchiveLayout
  readonly checks: readonly Check[]
}

/** How each format's file is read, and by which checks. */
export const validations: Readonly<Record<FormatId, Validation>> = {
  npm: {
    walk: walkTarball,
    layout: 'top_folder',
    checks: [...npmChecks, createPackagingCheck(createLinter()), secretsCheck],
  },
  generic: { walk: walkOpaque, layout: 'flat', checks: genericChecks },
}

/** What one file may cost. */
export const fileLimits: RunLimits = { ...archiveLimits, timeMs: 5 * 60_000, findings: 200 }
/** Of a file of any size, on a busy machine: every digest, and what is in it. */
const leastBytesPerMs = 5_000

export interface ChosenValidation extends Validation {
  readonly limits: RunLimits
  /** Nothing but the digests is wanted of the file: what was read of it need not be read again. */
  readonly isOpaque: boolean
}

/** How a claim's file is read, and what that may cost. Here a walker is chosen where there are several. */
export function validationOf(record: VersionRecord, published: JsonObject = {}): ChosenValidation {
  const validation = validations[record.format]
  if (record.filename === undefined) return { ...validation, limits: fileLimits, isOpaque: false }
  const timeMs = fileLimits.timeMs + record.file.sizeBytes / leastBytesPerMs
  const asked = uploadKinds.find((kind) => kind === published['kind'])
  const walk = chooseWalker(record.filename, asked)
  return { ...validation, walk, limits: { ...fileLimits, ...genericLimits, timeMs }, isOpaque: walk === walkOpaque }
}
