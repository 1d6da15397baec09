import { refuse } from '../model/refusals.ts'
import { isJsonObject, type JsonObject } from '../std/json.ts'
import type { Pace } from '../std/pace.ts'
import { chunksOf } from './publish-body-chunks.ts'
import { DataString } from './publish-body-data.ts'
import { BodyScanner } from './publish-body-scanner.ts'

/** All in effect; there are no defaults. */
export interface PublishBodyLimits {
  /** The body as it is sent. */
  readonly bodyBytes: number
  /** All of the body but the base64 of the tarball: manifest, README, other attachments, white space. */
  readonly metadataBytes: number
  /**
   * Values of every kind, all levels together. Bounds what the parsed metadata takes in memory: an empty object is
   * 3 bytes of text, and ten times as much in the heap.
   */
  readonly values: number
  /** Objects and arrays inside one another, the body's own object included. */
  readonly depth: number
  /** The tarball, decoded. */
  readonly attachmentBytes: number
}

/** Gets the tarball's bytes in order. Each piece is awaited before more is read, and owns its buffer. */
export interface AttachmentSink {
  write(bytes: Uint8Array): Promise<void> | void
}

export interface SplitBody {
  /**
   * The body without the content of the tarball's `data`, which is `""`. As `JSON.parse` made it: a key `__proto__` is
   * a property like any other. So copy it with spread, `Object.entries` or `JSON.stringify`, never key by key into
   * `{}`, and ask for a name that the client chose with `Object.hasOwn`, since `metadata.versions['constructor']`
   * exists always.
   */
  readonly metadata: JsonObject
  /** Undefined when the body has no attachment with a name in `.tgz`, or that one has no `data`. */
  readonly attachment: SplitAttachment | undefined
}

export interface SplitAttachment {
  /** As the client wrote it, with scope and slash (`@acme/lib-1.0.0.tgz`). Untrusted: not a path. */
  readonly name: string
  /** 0 when `data` was `""`: the caller decides. */
  readonly decodedBytes: number
}

/** The body is worked on in pieces of this size, however large the chunks that it comes in. */
const pieceBytes = 65_536

/**
 * Splits the body of `npm publish` (`PUT /<name>`) while it comes, whatever the order of its keys: the base64 of the one
 * attachment in `.tgz` is decoded and written to the sink that `openAttachment` returns; the rest is kept and parsed.
 * Attachments with other names (`.sigstore`: JSON text, not base64) belong to the rest.
 *
 * Holds `limits.metadataBytes` (a few times: bytes, text, objects) and some 64 KiB beside the chunk that came last,
 * never the body. What was written to the sink may be of a body that is refused afterwards. The rest of a body that is
 * refused is left unread, and so it is when the sink fails: it is the caller's, to drain or to cancel.
 *
 * Keys are compared decoded, and none may stand twice in the body's object, in `_attachments`, or in the tarball's
 * entry, so that no two readers can see different things there. Further down the last one of a repeated key counts.
 * @param pace waits for each piece of the body, and may give it up
 * @throws Refusal `body_too_large` (for `bodyBytes` and `attachmentBytes`), `body_invalid` (anything else)
 */
export async function splitPublishBody(
  body: ReadableStream<Uint8Array>,
  limits: PublishBodyLimits,
  openAttachment: (name: string) => AttachmentSink,
  pace: Pace = (next) => next,
): Promise<SplitBody> {
  const tarball = new TarballQueue(limits.attachmentBytes, openAttachment)
  const scanner = new BodyScanner(limits, (name) => tarball.open(name))
  let bodyBytes = 0
  for await (const chunk of chunksOf(body, pace)) {
    bodyBytes += chunk.length
    if (bodyBytes > limits.bodyBytes) throw refuse('body_too_large', { mostBytes: limits.bodyBytes })
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      scanner.push(chunk.subarray(at, at + pieceBytes))
      await tarball.drain()
    }
  }
  const metadata: unknown = JSON.parse(scanner.end())
  if (!isJsonObject(metadata)) throw new Error('the scanner let pass what is not an object')
  return { metadata, attachment: tarball.attachment }
}

/** Between the scanner, which does not wait, and the sink, which may. Holds what one piece decodes to. */
class TarballQueue {
  readonly #limitBytes: number
  readonly #openAttachment: (name: string) => AttachmentSink
  #attachment: SplitAttachment | undefined
  #sink: AttachmentSink | undefined
  #waiting: Uint8Array[] = []

  constructor(limitBytes: number, openAttachment: (name: string) => AttachmentSink) {
    this.#limitBytes = limitBytes
    this.#openAttachment = openAttachment
  }

  get attachment(): SplitAttachment | undefined {
    return this.#attachment
  }

  open(name: string): DataString {
    this.#sink = this.#openAttachment(name)
    this.#attachment = { name, decodedBytes: 0 }
    return new DataString(name, (bytes) => this.#add(name, bytes))
  }

  async drain(): Promise<void> {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    for (const bytes of waiting) await this.#sink?.write(bytes)
  }

  #add(name: string, bytes: Uint8Array): void {
    const decodedBytes = (this.#attachment?.decodedBytes ?? 0) + bytes.length
    if (decodedBytes > this.#limitBytes) throw refuse('body_too_large', { mostBytes: this.#limitBytes })
    this.#attachment = { name, decodedBytes }
    this.#waiting.push(bytes)
  }
}
