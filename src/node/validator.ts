import { ConfigError, parseConfig } from '../config.ts'
import { log } from '../std/log.ts'
import { startHealthServer } from './validator/health-server.ts'
import { startValidator } from './validator/service.ts'

/** The validator: takes jobs from the queue until it is told to stop. `SIGTERM` lets it finish what it has begun. */
async function main(): Promise<void> {
  const config = parseConfig(process.env)
  const validator = await startValidator(config)
  const health = config.healthPort === undefined ? undefined : await startHealthServer(config.healthPort)
  const stop = () => {
    health?.stopping()
    void validator.stop().then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // A supervisor that is gone must not leave us behind
  process.once('disconnect', stop)
  process.send?.({ event: 'ready' })
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`)
  else log('error', 'validator_start_failed', 'the validator could not start', { error })
  process.exitCode = 1
  process.disconnect?.()
})
