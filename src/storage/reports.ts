import type { FileRef, UploadId } from '../model/ids.ts'
import { isJsonObject, type JsonObject } from '../std/json.ts'
import { reportKey } from './keys.ts'
import type { S3 } from './s3.ts'

const maxBytes = 4_000_000

/** Validation reports, one an upload. Their shape is `validation/report.ts`'s. */
export class Reports {
  readonly #s3: S3

  constructor(s3: S3) {
    this.#s3 = s3
  }

  async put(file: FileRef, uploadId: UploadId, report: object): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(report))
    await this.#s3.put(reportKey(file, uploadId), bytes, { contentType: 'application/json' })
  }

  async get(file: FileRef, uploadId: UploadId): Promise<JsonObject | undefined> {
    const stored = await this.#s3.getBytes(reportKey(file, uploadId), maxBytes)
    if (stored === undefined) return undefined
    const report: unknown = JSON.parse(new TextDecoder().decode(stored.bytes))
    return isJsonObject(report) ? report : undefined
  }
}
