import type { Principal } from '../../model/principal.ts'
import { refuse } from '../../model/refusals.ts'
import { isJudged, type Upload } from '../../model/upload.ts'
import type { JsonObject } from '../../std/json.ts'
import type { Reports } from '../../storage/reports.ts'
import { ownUpload, type UploadDeps } from './own-upload.ts'

export interface DryRunReport {
  readonly upload: Upload
  /** Undefined where it was given up before there was anything to report. */
  readonly report: JsonObject | undefined
}

/**
 * What validation found in somebody's own dry run.
 * @throws Refusal `login_required`, `upload_not_found`, `report_not_found` until it is decided
 */
export async function readDryRunReport(
  deps: UploadDeps & { readonly reports: Reports },
  who: Principal,
  id: string,
): Promise<DryRunReport> {
  const upload = await ownUpload(deps, who, id)
  if (!isJudged(upload.outcome)) throw refuse('report_not_found')
  return { upload, report: await deps.reports.getOfDryRun(upload.id) }
}
