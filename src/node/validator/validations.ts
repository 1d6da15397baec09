import type { FormatId } from '../../model/ids.ts'
import { npmChecks } from '../../npm/checks/all.ts'
import { createPackagingCheck } from '../../npm/checks/quality/packaging.ts'
import { walkTarball } from '../../validation/archive/tarball.ts'
import { type ArchiveLayout, archiveLimits, type WalkArchive } from '../../validation/archive/walk.ts'
import type { Check } from '../../validation/check.ts'
import { secretsCheck } from '../../validation/checks/secrets.ts'
import type { RunLimits } from '../../validation/run.ts'
import { createLinter } from './linter.ts'

/** How each format's file is read, and by which checks. */
export const validations: Readonly<
  Record<FormatId, { readonly walk: WalkArchive; readonly layout: ArchiveLayout; readonly checks: readonly Check[] }>
> = {
  npm: {
    walk: walkTarball,
    layout: 'top_folder',
    checks: [...npmChecks, createPackagingCheck(createLinter()), secretsCheck],
  },
}

/** What one file may cost. */
export const fileLimits: RunLimits = { ...archiveLimits, timeMs: 5 * 60_000, findings: 200 }
