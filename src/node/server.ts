import { webPlatform } from '../std/platform.ts'
import { wireTelemetry } from '../wire-telemetry.ts'
import { startFrontDesk } from './front-desk/server.ts'
import { runService } from './service/run-service.ts'

/** The front desk without an edge: the same app, served by Node behind a load balancer. */
runService('front desk', (config, metrics) =>
  startFrontDesk(config, webPlatform, wireTelemetry(config, webPlatform, 'front-desk', { metrics })),
)
