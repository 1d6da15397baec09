import type { UploadId } from '../model/ids.ts'
import type { StoredFile } from '../model/records.ts'
import { hasher } from '../std/digest.ts'
import { isJsonObject, type JsonObject } from '../std/json.ts'
import { log } from '../std/log.ts'
import { stagedFileKey, stagedManifestKey } from './keys.ts'
import type { S3 } from './s3.ts'
import type { StoredObject, UploadedPart } from './s3-objects.ts'

/** The least that S3 takes for a part; also what an upload holds in memory, twice over. */
const partBytes = 5 * 1024 * 1024
const maxManifestBytes = 16_000_000
const octets = { contentType: 'application/octet-stream' }

/** What was computed from the bytes on their way. Digests in hex. */
export type UploadedBytes = Omit<StoredFile, 'filename'>

/** Bytes on trial, until the verdict. */
export class Staging {
  readonly #s3: S3

  constructor(s3: S3) {
    this.#s3 = s3
  }

  begin(uploadId: UploadId): StagedUpload {
    return new StagedUpload(this.#s3, uploadId)
  }

  /** @param start the first byte to read: less than there are */
  async open(uploadId: UploadId, start = 0): Promise<StoredObject | undefined> {
    return this.#s3.get(stagedFileKey(uploadId), start === 0 ? {} : { range: { start } })
  }

  /** Some bytes of a staged file, in memory; fewer only when the file ends before. */
  async readAt(uploadId: UploadId, offset: number, length: number): Promise<Uint8Array> {
    const range = { start: offset, end: offset + length - 1 }
    const part = await this.#s3.get(stagedFileKey(uploadId), { range })
    if (part === undefined) throw new Error(`upload ${uploadId}: the staged bytes are gone`)
    return new Uint8Array(await new Response(part.body).arrayBuffer())
  }

  async putManifest(uploadId: UploadId, manifest: JsonObject): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(manifest))
    await this.#s3.put(stagedManifestKey(uploadId), bytes, { contentType: 'application/json' })
  }

  async getManifest(uploadId: UploadId): Promise<JsonObject | undefined> {
    const stored = await this.#s3.getBytes(stagedManifestKey(uploadId), maxManifestBytes)
    if (stored === undefined) return undefined
    const manifest: unknown = JSON.parse(new TextDecoder().decode(stored.bytes))
    if (!isJsonObject(manifest)) throw new Error(`upload ${uploadId}: the staged manifest is no object`)
    return manifest
  }

  /** Frees what an upload staged. Absent is fine. */
  async discard(uploadId: UploadId): Promise<void> {
    await Promise.all([this.#s3.remove(stagedFileKey(uploadId)), this.#s3.remove(stagedManifestKey(uploadId))])
  }
}

/**
 * One file on its way into staging: hashed and sent on in parts as it comes. Holds two parts at most (10 MiB), however
 * long the file is.
 */
export class StagedUpload {
  readonly uploadId: UploadId
  readonly #s3: S3
  readonly #hashes = { sha1: hasher('sha1'), sha256: hasher('sha256'), sha512: hasher('sha512') }
  #part = new Uint8Array(64 * 1024)
  /** The part that is on its way: filled anew once it is sent, so that none is left to the garbage collector. */
  #sent: Uint8Array<ArrayBuffer> | undefined
  #filled = 0
  #sizeBytes = 0
  #multipart: string | undefined
  #parts: UploadedPart[] = []
  #sending: Promise<void> = Promise.resolve()

  constructor(s3: S3, uploadId: UploadId) {
    this.#s3 = s3
    this.uploadId = uploadId
  }

  /** Takes the next bytes; waits while a part is on its way and the next is full. The bytes are copied. */
  async write(bytes: Uint8Array): Promise<void> {
    for (const hash of Object.values(this.#hashes)) hash.update(bytes)
    this.#sizeBytes += bytes.byteLength
    for (let offset = 0; offset < bytes.byteLength; ) {
      const taken = this.#append(bytes.subarray(offset))
      offset += taken
      if (this.#filled === partBytes) await this.#sendPart()
    }
  }

  /** Sends the rest and completes the object. */
  async finish(): Promise<UploadedBytes> {
    const key = stagedFileKey(this.uploadId)
    if (this.#multipart === undefined) {
      await this.#s3.put(key, this.#part.subarray(0, this.#filled), octets)
    } else {
      if (this.#filled > 0) await this.#sendPart()
      await this.#sending
      await this.#s3.completeMultipart(key, this.#multipart, this.#parts)
    }
    const { sha1, sha256, sha512 } = this.#hashes
    return { sizeBytes: this.#sizeBytes, sha1: sha1.hex(), sha256: sha256.hex(), sha512: sha512.hex() }
  }

  /** Frees what was sent so far. Never fails: what stays behind expires after a day. */
  async abandon(): Promise<void> {
    try {
      await this.#sending.catch(() => undefined)
      if (this.#multipart !== undefined) await this.#s3.abortMultipart(stagedFileKey(this.uploadId), this.#multipart)
      await Promise.all([
        this.#s3.remove(stagedFileKey(this.uploadId)),
        this.#s3.remove(stagedManifestKey(this.uploadId)),
      ])
    } catch (error) {
      log('warning', 'upload_abandon_failed', `upload ${this.uploadId}: left to expire`, { error })
    }
  }

  #append(bytes: Uint8Array): number {
    const taken = Math.min(bytes.byteLength, partBytes - this.#filled)
    const needed = this.#filled + taken
    if (needed > this.#part.byteLength) {
      const grown = new Uint8Array(Math.min(partBytes, Math.max(needed, this.#part.byteLength * 2)))
      grown.set(this.#part.subarray(0, this.#filled))
      this.#part = grown
    }
    this.#part.set(bytes.subarray(0, taken), this.#filled)
    this.#filled += taken
    return taken
  }

  /** One part is on its way while the next one fills. */
  async #sendPart(): Promise<void> {
    await this.#sending
    const key = stagedFileKey(this.uploadId)
    this.#multipart ??= await this.#s3.createMultipart(key, octets)
    const multipart = this.#multipart
    const partNumber = this.#parts.length + 1
    const part = this.#part
    const bytes = part.subarray(0, this.#filled)
    this.#part = this.#sent ?? new Uint8Array(partBytes)
    this.#sent = part
    this.#filled = 0
    const sent = this.#s3.uploadPart(key, multipart, partNumber, bytes).then((etag) => {
      this.#parts.push({ partNumber, etag })
    })
    sent.catch(() => undefined) // awaited before the next part, at the end, or when the upload is abandoned
    this.#sending = sent
  }
}
