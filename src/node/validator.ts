import { webPlatform } from '../std/platform.ts'
import { wireTelemetry } from '../wire-telemetry.ts'
import { runService } from './service/run-service.ts'
import { startValidator } from './validator/service.ts'

/** The validator: takes jobs from the queue until it is told to stop. */
runService('validator', (config, metrics) =>
  startValidator(config, webPlatform, wireTelemetry(config, webPlatform, 'validator', { metrics })),
)
