import { type Config, ConfigError, parseConfig } from '../../config.ts'
import { measures } from '../../model/telemetry.ts'
import { log } from '../../std/log.ts'
import { Metrics } from '../../std/metrics.ts'
import { startEmbedding } from './embed-metrics.ts'
import { type HealthServer, startHealthServer } from './health-server.ts'
import { answering, type Questions } from './questions.ts'

export interface Service {
  /** Takes nothing new, finishes what was begun, and ends. */
  stop(): Promise<void>
  /** What it answers the edge, beside its health. */
  readonly questions?: Questions
}

type StartService = (config: Config, metrics: Metrics<typeof measures>) => Promise<Service>

/** Runs a service with the settings of the environment until it is told to stop, and answers for its health. */
export function runService(name: string, start: StartService): void {
  startUntilStopped(name, start).catch((error: unknown) => {
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`)
    else log('error', 'service_start_failed', `the ${name} could not start`, { error })
    process.exitCode = 1
    process.disconnect?.()
  })
}

async function startUntilStopped(name: string, start: StartService): Promise<void> {
  const config = parseConfig(process.env)
  const metrics = new Metrics(measures)
  const service = await start(config, metrics)
  const health = await startHealth(config, service, metrics)
  const embedding = startEmbedding(config, metrics, name)
  const stop = () => {
    health?.stopping()
    void service.stop().then(() => {
      embedding.stop()
      process.exit(0)
    })
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // A supervisor that is gone must not leave us behind
  process.once('disconnect', stop)
  process.send?.({ event: 'ready' })
}

function startHealth(
  config: Config,
  { questions }: Service,
  metrics: Metrics<typeof measures>,
): Promise<HealthServer> | undefined {
  const { healthPort: port, healthHost: host } = config
  return port === undefined
    ? undefined
    : startHealthServer({ port, host, metrics, others: questions && answering(questions, config) })
}
