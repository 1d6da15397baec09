import { z } from 'zod'
import { type Defined, withoutUndefined } from './std/defined.ts'

/** The settings that say who hears what the registry tells of itself, beside its log. */
export const telemetrySettings = {
  /** The namespace of CloudWatch that a service on AWS writes metrics for, into its log; absent: it writes none. */
  DECKLE_METRICS_NAMESPACE: z
    .string()
    .regex(/^[\w./#:-]{1,255}$/, 'must be a namespace of CloudWatch')
    .optional(),
}

type TelemetrySettings = z.infer<z.ZodObject<typeof telemetrySettings>>

/** The same as the configuration has them. */
export function telemetryOf(value: TelemetrySettings): Defined<{ metricsNamespace: string | undefined }> {
  return withoutUndefined({ metricsNamespace: value.DECKLE_METRICS_NAMESPACE })
}
