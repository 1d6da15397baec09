import { z } from 'zod'
import { withoutUndefined } from './std/defined.ts'
import { Secret } from './std/secret.ts'

/** The settings that say who hears what the registry tells of itself, beside its log. */
export const telemetrySettings = {
  /** The namespace of CloudWatch that a service on AWS writes metrics for, into its log; absent: it writes none. */
  DECKLE_METRICS_NAMESPACE: z
    .string()
    .regex(/^[\w./#:-]{1,255}$/, 'must be a namespace of CloudWatch')
    .optional(),
  /** A collector of traces that speaks OTLP over HTTP; absent: there are none. */
  DECKLE_TRACES_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .transform((text) => text.replace(/\/+$/, ''))
    .optional(),
  /** The whole `Authorization` header that the collector asks for. */
  DECKLE_TRACES_AUTHORIZATION: z
    .string()
    .min(1)
    .max(4_000)
    .transform((text) => new Secret(text))
    .optional(),
  /** Which part of all requests and jobs is traced. */
  DECKLE_TRACES_RATIO: z.coerce.number().min(0).max(1).default(1),
}

/** Where traces are sent, and which part of them. */
export interface Traces {
  readonly endpoint: string
  readonly authorization?: Secret
  readonly ratio: number
}

export interface TelemetryConfig {
  readonly metricsNamespace?: string
  readonly traces?: Traces
}

type TelemetrySettings = z.infer<z.ZodObject<typeof telemetrySettings>>

/** The same as the configuration has them. */
export function telemetryOf({
  DECKLE_METRICS_NAMESPACE: metricsNamespace,
  DECKLE_TRACES_ENDPOINT: endpoint,
  DECKLE_TRACES_AUTHORIZATION: authorization,
  DECKLE_TRACES_RATIO: ratio,
}: TelemetrySettings): TelemetryConfig {
  const traces = endpoint === undefined ? undefined : withoutUndefined({ endpoint, authorization, ratio })
  return withoutUndefined({ metricsNamespace, traces })
}
