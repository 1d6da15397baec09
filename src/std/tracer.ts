import { AsyncLocalStorage } from 'node:async_hooks'
import { log } from './log.ts'
import { type FinishedSpan, otlpTraces, type SpanAttributes, type SpanKind } from './otlp.ts'
import type { Platform } from './platform.ts'
import type { Secret } from './secret.ts'
import { parseTraceparent, type SpanContext, writeTraceparent } from './traceparent.ts'

/** A span that is under way: what it did is said to it until it ends. */
export interface OpenSpan {
  name: string
  /** Also when the work throws. */
  failed: boolean
  readonly attributes: SpanAttributes
}

export interface SpanOptions {
  readonly kind: SpanKind
  /** Of whoever asked for it, as W3C writes it; what is none is passed over. */
  readonly traceparent?: string | undefined
}

export interface TracerOptions {
  readonly platform: Platform
  /** Of a collector that speaks OTLP over HTTP: spans go to `/v1/traces` under it. */
  readonly endpoint: string
  /** The whole `Authorization` header that the collector asks for. */
  readonly authorization?: Secret
  /** Which part of what begins here is traced, 0 to 1. */
  readonly ratio: number
  readonly service: string
  readonly version: string
}

/** Of what waits to be sent; beyond, spans are dropped: a collector that is away must not fill the memory. */
const mostWaiting = 2_000
const mostInBatch = 500
const batchAfterMs = 500
const timeoutMs = 5_000
/** A runtime stops what is left to do after an answer (Workers: after 30 s), so a later request takes over. */
const turnMs = 15_000

/**
 * Notes what work consists of, and sends it to a collector once the answer is out. Nothing that fails here reaches the
 * work: what cannot be sent is dropped, and said once a batch.
 */
export class Tracer {
  readonly #options: TracerOptions
  readonly #current = new AsyncLocalStorage<SpanContext>()
  #waiting: FinishedSpan[] = []
  #dropped = 0
  #flushingSince: number | undefined

  constructor(options: TracerOptions) {
    this.#options = options
  }

  /** Runs the work as a trace, or a part of the one that `traceparent` names. Whether it is noted is decided here alone. */
  begin<T>(name: string, { kind, traceparent }: SpanOptions, work: (span: OpenSpan) => Promise<T>): Promise<T> {
    const given = traceparent === undefined ? undefined : parseTraceparent(traceparent)
    const { ratio, platform } = this.#options
    const [chance = 0] = platform.randomBytes(1)
    if (chance >= ratio * 256) return work(opened(name))
    return this.#run(name, kind, given ?? { traceId: hex(platform, 16) }, work)
  }

  /** Runs the work as a part of what goes on around it, if that is noted. */
  within<T>(name: string, kind: SpanKind, work: (span: OpenSpan) => Promise<T>): Promise<T> {
    const parent = this.#current.getStore()
    return parent === undefined ? work(opened(name)) : this.#run(name, kind, parent, work)
  }

  /** What goes on here, for whoever goes on with it elsewhere; undefined when it is not noted. */
  traceparent(): string | undefined {
    const current = this.#current.getStore()
    return current && writeTraceparent(current)
  }

  /** To be called once work has ended: what is waiting gets sent, several spans at a time. */
  flushSoon(waitUntil: (work: Promise<unknown>) => void): void {
    const now = this.#options.platform.now()
    const isFlushing = this.#flushingSince !== undefined && now - this.#flushingSince < turnMs
    if (isFlushing || this.#waiting.length === 0) return
    this.#flushingSince = now
    waitUntil(this.#flushFrom(now))
  }

  /** Sends what is left. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0) await this.#send()
  }

  async #run<T>(
    name: string,
    kind: SpanKind,
    parent: Pick<SpanContext, 'traceId'> & Partial<SpanContext>,
    work: (span: OpenSpan) => Promise<T>,
  ): Promise<T> {
    const { platform } = this.#options
    const context: SpanContext = { traceId: parent.traceId, spanId: hex(platform, 8) }
    const open = opened(name)
    const startedAt = platform.now()
    try {
      return await this.#current.run(context, () => work(open))
    } catch (error) {
      open.failed = true
      throw error
    } finally {
      const origin = parent.spanId === undefined ? {} : { parentSpanId: parent.spanId }
      this.#note({ ...context, ...origin, ...open, kind, startedAt, endedAt: platform.now() })
    }
  }

  #note(span: FinishedSpan): void {
    if (this.#waiting.length < mostWaiting) this.#waiting.push(span)
    else this.#dropped += 1
  }

  async #flushFrom(turn: number): Promise<void> {
    const { platform } = this.#options
    while (this.#flushingSince === turn && this.#waiting.length > 0) {
      if (this.#waiting.length < mostInBatch && !platform.endsWithAnswers) await platform.sleep(batchAfterMs)
      await this.#send()
    }
    if (this.#flushingSince === turn) this.#flushingSince = undefined
  }

  async #send(): Promise<void> {
    const { platform, endpoint, authorization, service, version } = this.#options
    const batch = this.#waiting.splice(0, mostInBatch)
    const dropped = this.#dropped
    this.#dropped = 0
    try {
      const answer = await platform.fetch(
        new Request(`${endpoint}/v1/traces`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(authorization === undefined ? {} : { authorization: authorization.reveal() }),
          },
          body: JSON.stringify(otlpTraces(batch, { service, version })),
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMs),
        }),
      )
      await answer.body?.cancel()
      if (!answer.ok) throw new Error(`the collector answered ${answer.status}`)
    } catch (error) {
      log('warning', 'traces_dropped', `${batch.length} spans could not be sent, and are lost`, { error })
    }
    if (dropped > 0) log('warning', 'traces_dropped', `${dropped} spans were too many, and are lost`)
  }
}

function opened(name: string): OpenSpan {
  return { name, failed: false, attributes: {} }
}

function hex(platform: Platform, bytes: number): string {
  return Array.from(platform.randomBytes(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
