import { type Config, ConfigError, parseConfig } from '../../config.ts'
import { log } from '../../std/log.ts'
import { type HealthServer, startHealthServer } from './health-server.ts'
import { answering, type Questions } from './questions.ts'

export interface Service {
  /** Takes nothing new, finishes what was begun, and ends. */
  stop(): Promise<void>
  /** What it answers the edge, beside its health. */
  readonly questions?: Questions
}

/** Runs a service with the settings of the environment until it is told to stop, and answers for its health. */
export function runService(name: string, start: (config: Config) => Promise<Service>): void {
  startUntilStopped(start).catch((error: unknown) => {
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`)
    else log('error', 'service_start_failed', `the ${name} could not start`, { error })
    process.exitCode = 1
    process.disconnect?.()
  })
}

async function startUntilStopped(start: (config: Config) => Promise<Service>): Promise<void> {
  const config = parseConfig(process.env)
  const service = await start(config)
  const health = await startHealth(config, service)
  const stop = () => {
    health?.stopping()
    void service.stop().then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // A supervisor that is gone must not leave us behind
  process.once('disconnect', stop)
  process.send?.({ event: 'ready' })
}

function startHealth(config: Config, { questions }: Service): Promise<HealthServer> | undefined {
  const { healthPort: port, healthHost: host } = config
  return port === undefined
    ? undefined
    : startHealthServer({ port, host, others: questions && answering(questions, config) })
}
