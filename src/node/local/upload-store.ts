import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Draft, type Drafts, type Label, openObject, readLabel } from './object-file.ts'
import { namesIn } from './object-store.ts'

/** A part of an upload that is not complete. Its label's key is its number. */
export interface Part {
  readonly partNumber: number
  readonly label: Label
}

/** Multipart uploads under way: a folder each, with one file for the object to be and one for each part. */
export class UploadStore {
  readonly #directory: string
  readonly #drafts: Drafts

  constructor(directory: string, drafts: Drafts) {
    this.#directory = directory
    this.#drafts = drafts
  }

  /** `headers` are those of the object to be. */
  async create(bucket: string, uploadId: string, key: string, headers: Label['headers']): Promise<void> {
    const folder = this.#folder(bucket, uploadId)
    await mkdir(folder, { recursive: true })
    const draft = await this.#drafts.write(Readable.from([]))
    await this.#place(draft, join(folder, 'upload'), key, headers)
  }

  /** Key and headers of the object to be. Absent when the upload is unknown, complete or aborted. */
  find(bucket: string, uploadId: string): Promise<Label | undefined> {
    return readLabel(join(this.#folder(bucket, uploadId), 'upload'))
  }

  /** @param sha256 as the request said, in hex: S3 keeps what it was told to compare */
  async putPart(
    bucket: string,
    uploadId: string,
    partNumber: number,
    draft: Draft,
    sha256: string | undefined,
  ): Promise<void> {
    await this.#place(draft, this.#partPath(bucket, uploadId, partNumber), String(partNumber), {}, sha256)
  }

  /** In the order of their numbers. */
  async parts(bucket: string, uploadId: string): Promise<readonly Part[]> {
    const folder = this.#folder(bucket, uploadId)
    const names = (await namesIn(folder)).filter((name) => name.startsWith('part-'))
    const labels = await Promise.all(names.map((name) => readLabel(join(folder, name))))
    return labels
      .filter((label) => label !== undefined)
      .map((label) => ({ partNumber: Number(label.key), label }))
      .sort((a, b) => a.partNumber - b.partNumber)
  }

  /** The parts' content, one after the other. */
  async *content(bucket: string, uploadId: string, parts: readonly Part[]): AsyncGenerator<Uint8Array> {
    for (const { partNumber } of parts) {
      const part = await openObject(this.#partPath(bucket, uploadId, partNumber))
      if (!part) throw new Error(`part ${partNumber} disappeared`)
      yield* part.content()
    }
  }

  async remove(bucket: string, uploadId: string): Promise<void> {
    await rm(this.#folder(bucket, uploadId), { recursive: true, force: true })
  }

  /** Removes the uploads that were begun before the given time. */
  async expire(before: number): Promise<void> {
    for (const name of await namesIn(this.#directory)) {
      const folder = join(this.#directory, name)
      const begun = (await readLabel(join(folder, 'upload')))?.modifiedAt ?? 0
      if (begun < before) await rm(folder, { recursive: true, force: true })
    }
  }

  // An upload id that is not one of ours must not name another folder.
  #folder(bucket: string, uploadId: string): string {
    return join(this.#directory, /^[0-9a-f]{32}$/.test(uploadId) ? `${bucket}=${uploadId}` : 'unknown')
  }

  #partPath(bucket: string, uploadId: string, partNumber: number): string {
    return join(this.#folder(bucket, uploadId), `part-${partNumber}`)
  }

  async #place(
    { path, sizeBytes, md5 }: Draft,
    target: string,
    key: string,
    headers: Label['headers'],
    sha256?: string,
  ) {
    const digest = sha256 === undefined ? {} : { sha256 }
    await this.#drafts.seal(path, { key, headers, sizeBytes, etag: md5, ...digest, modifiedAt: Date.now() })
    await this.#drafts.publish(path, target)
  }
}

/** ETag of an object that came in parts. */
export function multipartEtag(parts: readonly Part[]): string {
  const hash = createHash('md5')
  for (const { label } of parts) hash.update(Buffer.from(label.etag, 'hex'))
  return `${hash.digest('hex')}-${parts.length}`
}
