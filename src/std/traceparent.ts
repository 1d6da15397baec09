/** Names a span: 16 and 8 bytes in hex. */
export interface SpanContext {
  readonly traceId: string
  readonly spanId: string
}

/**
 * Reads the header by which a trace goes from one service to the next; undefined for what is none.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function parseTraceparent(text: string): SpanContext | undefined {
  const [, version, traceId = '', spanId = '', rest] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/.exec(text.slice(0, 200)) ?? []
  // A later version may have more at its end, the first may not; ff is no version, and ids of zeros are none
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  return /^0+$/.test(traceId) || /^0+$/.test(spanId) ? undefined : { traceId, spanId }
}

/** Of a span that is noted. */
export function writeTraceparent({ traceId, spanId }: SpanContext): string {
  return `00-${traceId}-${spanId}-01`
}
