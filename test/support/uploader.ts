import { digestHex } from '../../src/std/digest.ts'
import { type Actor, json } from './actor.ts'

/** A file that somebody sends to storage past the registry, and where it is to go. */
export interface Sent {
  readonly package: string
  readonly version: string
  readonly filename: string
  readonly content: Uint8Array
  readonly more?: Readonly<Record<string, unknown>>
}

type Answer = Record<string, any>

/** What a command does that uploads a file: opens a session, sends the parts by links, completes it. */
export class Uploader {
  readonly #who: Pick<Actor, 'fetch'>
  readonly #follow: (link: Request) => Promise<Response>

  /** @param follow sends to storage by a link */
  constructor(who: Pick<Actor, 'fetch'>, follow: (link: Request) => Promise<Response> = fetch) {
    this.#who = who
    this.#follow = follow
  }

  async open({ content, more, ...names }: Sent): Promise<Response> {
    return this.#who.fetch('/api/v1/uploads', json('POST', { ...names, sizeBytes: content.byteLength, ...more }))
  }

  async sign(id: string, parts: readonly { number: number; sha256: string }[]): Promise<Response> {
    return this.#who.fetch(`/api/v1/uploads/${id}/parts`, json('POST', { parts }))
  }

  /** Sends some of the parts; all, unless they are named. */
  async send(upload: Answer, content: Uint8Array, only?: readonly number[]): Promise<void> {
    const numbers = only ?? Array.from({ length: upload['partCount'] }, (_, index) => index + 1)
    const parts = numbers.map((number) => ({ number, sha256: digestHex('sha256', partOf(upload, content, number)) }))
    const signed = (await (await this.sign(upload['id'], parts)).json()) as Answer
    for (const { number, url, headers } of signed['parts']) {
      const body = Buffer.from(partOf(upload, content, number))
      const sent = await this.#follow(new Request(url, { method: 'PUT', headers, body }))
      if (!sent.ok) throw new Error(`part ${number}: ${sent.status} ${await sent.text()}`)
    }
  }

  complete(id: string, body: Answer = {}): Promise<Response> {
    return this.#who.fetch(`/api/v1/uploads/${id}/complete`, json('POST', body))
  }

  async read(id: string): Promise<Answer> {
    return (await (await this.#who.fetch(`/api/v1/uploads/${id}`)).json()) as Answer
  }

  /** All of it. */
  async publish(sent: Sent): Promise<Response> {
    const opened = await this.open(sent)
    if (!opened.ok) return opened
    const upload = (await opened.json()) as Answer
    await this.send(upload, sent.content)
    return this.complete(upload['id'])
  }
}

function partOf(upload: Answer, content: Uint8Array, number: number): Uint8Array {
  return content.subarray((number - 1) * upload['partBytes'], number * upload['partBytes'])
}
