import type { Config } from '../../config.ts'
import { EmbeddedWriter } from '../../std/embedded-metrics.ts'
import { log } from '../../std/log.ts'
import type { Metrics } from '../../std/metrics.ts'

export interface Embedding {
  /** Writes what is left. */
  stop(): void
}

const everyMs = 60_000

/** Writes metrics into the log, where CloudWatch finds them, if the settings name a namespace: once a minute. */
export function startEmbedding(config: Config, metrics: Pick<Metrics, 'families'>, component: string): Embedding {
  const flush = embedInLog(config, metrics, component)
  const timer = setInterval(flush, everyMs)
  // It tells of what lives, and keeps nothing alive
  timer.unref()
  return {
    stop() {
      clearInterval(timer)
      flush()
    },
  }
}

/** @returns writes what was counted since the last time; does nothing where no namespace is set */
export function embedInLog(
  { metricsNamespace }: Config,
  metrics: Pick<Metrics, 'families'>,
  component: string,
): () => void {
  if (metricsNamespace === undefined) return () => undefined
  const writer = new EmbeddedWriter(metrics, metricsNamespace, component)
  return () => {
    for (const fields of writer.take(Date.now())) log('info', 'metrics_counted', `of the ${component}`, fields)
  }
}
