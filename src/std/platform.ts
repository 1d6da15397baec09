/**
 * What the code takes from its surroundings: time, randomness, waiting and the network. Made by the entry point,
 * replaced by tests, which inject faults in `fetch` and set the clock.
 */
export interface Platform {
  /** Milliseconds since the epoch. */
  now(): number
  randomBytes(length: number): Uint8Array<ArrayBuffer>
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  fetch(request: Request): Promise<Response>
  /** Nothing runs on once an answer is out, as on Lambda: what was noted on the way is then written before it. */
  readonly endsWithAnswers?: true
}

/** The platform of any runtime with web standards: workerd and Node alike. */
export const webPlatform: Platform = {
  now: () => Date.now(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const timer = setTimeout(resolve, milliseconds)
      signal?.addEventListener('abort', () => {
        clearTimeout(timer)
        reject(signal.reason)
      })
    }),
  fetch: (request) => fetch(request),
}

/** The current time as ISO 8601 text in UTC. */
export function isoNow(platform: Pick<Platform, 'now'>): string {
  return new Date(platform.now()).toISOString()
}

/** A lifetime that begins now, both ends as ISO 8601 text in UTC. */
export function lifetime(
  platform: Pick<Platform, 'now'>,
  milliseconds: number,
): { readonly createdAt: string; readonly expiresAt: string } {
  const now = platform.now()
  return { createdAt: new Date(now).toISOString(), expiresAt: new Date(now + milliseconds).toISOString() }
}
