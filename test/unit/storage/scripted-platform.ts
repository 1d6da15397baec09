import type { Platform } from '../../../src/std/platform.ts'

/** What the network does with one request. */
export type Step =
  | { readonly status: number; readonly body?: string | object; readonly headers?: Readonly<Record<string, string>> }
  /** The connection fails. */
  | 'broken'
  /** No answer, until the client's time is over. */
  | 'silent'
  /** An answer that breaks off in the middle of its body. */
  | 'cut'

export interface ScriptedPlatform extends Platform {
  /** Every request so far, with its body as text. */
  readonly requests: {
    readonly method: string
    readonly url: string
    readonly headers: Headers
    readonly body: string
  }[]
  /** Waits between attempts, in milliseconds. */
  readonly waits: number[]
  /** Moves the clock; `now` stands still otherwise, except for the waits. */
  advance(milliseconds: number): void
}

/** A platform whose network follows a script, and whose waits take no time. It fails on a request too many. */
export function scripted(...steps: readonly Step[]): ScriptedPlatform {
  const rest = [...steps]
  let now = Date.UTC(2026, 10, 23, 9, 30)
  const timers = new Set<() => void>()
  const requests: ScriptedPlatform['requests'] = []
  const waits: number[] = []
  return {
    requests,
    waits,
    advance: (milliseconds) => {
      now += milliseconds
    },
    now: () => now,
    // The greatest jitter that there is.
    randomBytes: (length) => new Uint8Array(length).fill(255),
    // Those with a signal are limits of time: they end when they are called off, or when the network is silent.
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (!signal) {
          now += milliseconds
          waits.push(milliseconds)
          resolve()
          return
        }
        if (signal.aborted) {
          reject(signal.reason)
          return
        }
        const expire = () => resolve()
        timers.add(expire)
        signal.addEventListener('abort', () => {
          timers.delete(expire)
          reject(signal.reason)
        })
      }),
    fetch: async (request) => {
      requests.push({
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: await request.clone().text(),
      })
      const step = rest.shift()
      if (step === undefined) throw new Error('a request too many')
      if (step === 'broken') throw new TypeError('connection reset')
      if (step === 'cut') return new Response(cutBody(), { status: 200 })
      if (step === 'silent') {
        for (const expire of timers) expire()
        return new Promise<Response>(() => undefined)
      }
      const body = typeof step.body === 'object' ? JSON.stringify(step.body) : step.body
      return new Response(body ?? null, { status: step.status, headers: step.headers ?? {} })
    },
  }
}

function cutBody(): ReadableStream<Uint8Array> {
  let pulls = 0
  return new ReadableStream({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(new TextEncoder().encode('{"Item":'))
      else controller.error(new TypeError('terminated'))
    },
  })
}

export const throttled: Step = {
  status: 400,
  body: { __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', message: 'slow down' },
}

export const keyPair = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY' }
