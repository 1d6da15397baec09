/** Clients that all do the same at the same moment, each with connections of its own. */
import { get } from 'node:http'

export interface Answer {
  readonly status: number
  readonly location: string | undefined
  /** Of the body. */
  readonly sizeBytes: number
  /** Of everything that came: head and body. */
  readonly wireBytes: number
}

/** Reads an answer to its end, and throws it away. @param line what it comes over, if not as fast as it can */
export function ask(url: string, headers: Readonly<Record<string, string>> = {}, line?: Line): Promise<Answer> {
  return read(url, headers, (chunk) => line?.take(chunk.byteLength) ?? 0)
}

/** For small answers. */
export async function askForText(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer & { readonly body: string }> {
  const chunks: Uint8Array[] = []
  const answer = await read(url, headers, (chunk) => {
    chunks.push(chunk)
    return 0
  })
  return { ...answer, body: Buffer.concat(chunks).toString() }
}

/** A line that many clients share: who reads from it waits until what was read before has gone through. */
export class Line {
  readonly #bytesPerMs: number
  #freeAt = 0

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1_000
  }

  /** @returns how many milliseconds the reader has to wait before it reads on */
  take(sizeBytes: number): number {
    const now = performance.now()
    this.#freeAt = Math.max(this.#freeAt, now) + sizeBytes / this.#bytesPerMs
    return this.#freeAt - now
  }
}

/** @param take takes a chunk, and says for how many milliseconds no other is to come */
function read(
  url: string,
  headers: Readonly<Record<string, string>>,
  take: (chunk: Uint8Array) => number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, headers }, (response) => {
      const { socket, statusCode = 0, headers: answered } = response
      let sizeBytes = 0
      response.on('data', (chunk: Uint8Array) => {
        sizeBytes += chunk.byteLength
        const waitMs = take(chunk)
        if (waitMs < 1) return
        response.pause()
        setTimeout(() => response.resume(), waitMs)
      })
      response.once('error', reject)
      response.once('end', () =>
        resolve({ status: statusCode, location: answered.location, sizeBytes, wireBytes: socket.bytesRead }),
      )
    })
    request.once('error', reject)
  })
}

export interface Rush {
  /** From the first request of all to the last byte of all. */
  readonly seconds: number
  /** Of each client, sorted. */
  readonly times: readonly number[]
  /** Sum of what the work returned. */
  readonly total: number
}

/** Lets all begin at once. @param work returns a number to be summed */
export async function together<T>(clients: readonly T[], work: (client: T) => Promise<number>): Promise<Rush> {
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  const done = await Promise.all(clients.map(async (client) => ({ value: await work(client), time: seconds() })))
  return {
    seconds: seconds(),
    times: done.map(({ time }) => time).sort((a, b) => a - b),
    total: done.reduce((sum, { value }) => sum + value, 0),
  }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The smallest value that so large a share of the sorted ones does not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
}
