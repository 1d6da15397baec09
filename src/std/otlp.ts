export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'
export type SpanAttributes = Record<string, string | number>

export interface FinishedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: SpanKind
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly endedAt: number
  readonly attributes: Readonly<SpanAttributes>
  readonly failed: boolean
}

/** Numbers of the protocol. */
const kinds: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 }
const failedStatus = 2

/**
 * Spans as a collector takes them: OTLP 1.x in JSON, in which ids are hex and 64-bit numbers are text.
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function otlpTraces(
  spans: readonly FinishedSpan[],
  { service, version }: { readonly service: string; readonly version: string },
): object {
  const resource = { attributes: attributesOf({ 'service.name': service, 'service.version': version }) }
  return {
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'deckle', version }, spans: spans.map(spanOf) }] }],
  }
}

function spanOf({ kind, startedAt, endedAt, attributes, failed, ...span }: FinishedSpan): object {
  return {
    ...span,
    kind: kinds[kind],
    startTimeUnixNano: nanoseconds(startedAt),
    endTimeUnixNano: nanoseconds(endedAt),
    attributes: attributesOf(attributes),
    status: failed ? { code: failedStatus } : {},
  }
}

/** A clock has no more than milliseconds here. */
function nanoseconds(milliseconds: number): string {
  return `${Math.floor(milliseconds)}000000`
}

function attributesOf(attributes: Readonly<Record<string, string | number>>): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }))
}
