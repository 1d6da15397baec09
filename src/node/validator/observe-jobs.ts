import type { Telemetry } from '../../model/telemetry.ts'
import type { Settled } from '../../registry/settle.ts'
import type { Platform } from '../../std/platform.ts'

export interface ObservedJob {
  /** Milliseconds since the epoch. */
  readonly sentAt?: number
  /** Of whoever sent it. */
  readonly traceparent?: string
}

/** Runs a job, measures how long it had waited and how long it took, and traces it. One that failed, it will be again. */
export function observeJobs(platform: Platform, { metrics, tracer }: Telemetry) {
  const measured = async (sentAt: number | undefined, run: () => Promise<Settled>): Promise<void> => {
    const beganAt = platform.now()
    if (sentAt !== undefined) metrics?.observe('jobWaitSeconds', {}, Math.max(0, beganAt - sentAt) / 1_000)
    let outcome = 'failed'
    try {
      outcome = await run()
    } finally {
      metrics?.observe('jobSeconds', { outcome }, (platform.now() - beganAt) / 1_000)
    }
  }
  return async ({ sentAt, traceparent }: ObservedJob, run: () => Promise<Settled>): Promise<void> => {
    if (tracer === undefined) return measured(sentAt, run)
    try {
      await tracer.begin('settle', { kind: 'consumer', traceparent }, () => measured(sentAt, run))
    } finally {
      tracer.flushSoon((work) => void work)
    }
  }
}
