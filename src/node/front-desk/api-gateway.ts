import { Hono } from 'hono'
import { getConnInfo, handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda'
import { createApp } from '../../app.ts'
import type { Config } from '../../config.ts'
import type { Walls } from '../../http/walls.ts'
import { measures } from '../../model/telemetry.ts'
import { Metrics } from '../../std/metrics.ts'
import type { Platform } from '../../std/platform.ts'
import { wireTelemetry } from '../../wire-telemetry.ts'
import { wire } from '../../wiring.ts'
import { embedInLog } from '../service/embed-metrics.ts'

export type Handler = ReturnType<typeof handle>

/**
 * Lambda takes events, and gives answers, of 6 MiB with everything in them; what is not text counts a third more, as
 * base64. API Gateway itself takes 10 MB, and breaks off in words of its own what Lambda does not take.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const walls: Walls = { requestBytes: 6_000_000, answerBytes: 4_500_000 }

/**
 * The app behind an HTTP API of API Gateway (events of version 2). One request at a time is served, and nothing runs
 * once its answer is out, so what is left to do is done before. The address of the client is API Gateway's own word,
 * whatever headers say.
 */
export function createHandler(config: Config, platform: Platform): Handler {
  const metrics = new Metrics(measures)
  const embed = embedInLog(config, metrics, 'front desk')
  const brief = { ...platform, endsWithAnswers: true } as const
  const app = createApp(wire(config, brief, wireTelemetry(config, brief, 'front-desk', { metrics })), walls)
  const door = new Hono<{ Bindings: { event: LambdaEvent; lambdaContext: LambdaContext } }>()
  door.all('*', async (c) => {
    const left: Promise<unknown>[] = []
    const { address } = getConnInfo(c).remote
    const answer = await app.fetch(c.req.raw, address === undefined ? {} : { CLIENT_ADDRESS: address }, {
      waitUntil: (work) => void left.push(work),
      passThroughOnException: () => undefined,
      props: {},
    })
    await Promise.all(left)
    embed()
    return answer
  })
  return handle(door)
}
