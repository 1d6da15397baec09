import { ConfigError, parseConfig } from '../config.ts'
import { log } from '../std/log.ts'
import { startValidator } from './validator/service.ts'

/** The validator: takes jobs from the queue until it is told to stop. `SIGTERM` lets it finish what it has begun. */
async function main(): Promise<void> {
  const validator = await startValidator(parseConfig(process.env))
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= validator.stop().then(() => process.exit(0))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // A supervisor that is gone must not leave us behind
  process.on('disconnect', stop)
  process.send?.({ event: 'ready' })
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`)
  else log('error', 'validator_start_failed', 'the validator could not start', { error })
  process.exitCode = 1
  process.disconnect?.()
})
