import type { FileRef, UploadId } from '../model/ids.ts'
import { isJsonObject, type JsonObject } from '../std/json.ts'
import { dryRunReportKey, type ObjectKey, reportKey } from './keys.ts'
import type { S3 } from './s3.ts'

const maxBytes = 4_000_000

/** Validation reports, one an upload. Their shape is `validation/report.ts`'s. */
export class Reports {
  readonly #s3: S3

  constructor(s3: S3) {
    this.#s3 = s3
  }

  put(file: FileRef, uploadId: UploadId, report: object): Promise<void> {
    return this.#put(reportKey(file, uploadId), report)
  }

  get(file: FileRef, uploadId: UploadId): Promise<JsonObject | undefined> {
    return this.#get(reportKey(file, uploadId))
  }

  /** Of a file that was only tried. */
  putOfDryRun(uploadId: UploadId, report: object): Promise<void> {
    return this.#put(dryRunReportKey(uploadId), report)
  }

  getOfDryRun(uploadId: UploadId): Promise<JsonObject | undefined> {
    return this.#get(dryRunReportKey(uploadId))
  }

  async #put(key: ObjectKey, report: object): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(report))
    await this.#s3.put(key, bytes, { contentType: 'application/json' })
  }

  async #get(key: ObjectKey): Promise<JsonObject | undefined> {
    const stored = await this.#s3.getBytes(key, maxBytes)
    if (stored === undefined) return undefined
    const report: unknown = JSON.parse(new TextDecoder().decode(stored.bytes))
    return isJsonObject(report) ? report : undefined
  }
}
