import type { Config } from '../../config.ts'
import type { Telemetry } from '../../model/telemetry.ts'
import { foldUsage } from '../../registry/fold-usage.ts'
import { sweepIndex } from '../../registry/search-index.ts'
import { settle } from '../../registry/settle.ts'
import { sweep } from '../../registry/sweep.ts'
import { sweepUploads } from '../../registry/uploads/end-upload.ts'
import { judgeDryRun } from '../../registry/uploads/judge-dry-run.ts'
import { log } from '../../std/log.ts'
import { type Platform, webPlatform } from '../../std/platform.ts'
import { parseJob } from '../../storage/jobs.ts'
import { queues } from '../../storage/tables.ts'
import { createPolicy } from '../../validation/policy.ts'
import { wireTelemetry } from '../../wire-telemetry.ts'
import { formats, wireStores } from '../../wiring.ts'
import { ScriptJudge } from '../scripts/judge.ts'
import type { Questions } from '../service/questions.ts'
import type { Service } from '../service/run-service.ts'
import { createConsumers } from './consumers.ts'
import { createGate } from './gate.ts'
import { observeJobs } from './observe-jobs.ts'
import { createValidate } from './validate.ts'

/** Small packages are decided in tens of milliseconds, mostly waiting for storage: a few at a time fill one core. */
const parallelJobs = 4
const sweepEveryMs = 15_000
/** Begun attempts after which a version fails: two rounds of what the queue delivers before it gives a job up. */
const maxAttempts = 2 * queues.jobs.maxReceives

export interface Validator extends Service {
  readonly questions: Questions
}

/** Starts the consumers of the job queue and the sweeper. Any number of validators may run side by side. */
export async function startValidator(
  config: Config,
  platform: Platform = webPlatform,
  telemetry: Telemetry = wireTelemetry(config, platform, 'validator'),
): Promise<Validator> {
  const stores = wireStores(config, platform, telemetry)
  const scripts = new ScriptJudge(platform)
  const deps = {
    ...stores,
    formats,
    publicUrl: config.publicUrl,
    platform,
    maxAttempts,
    validate: createValidate({ stores, platform, scripts, policy: createPolicy(config.policy), telemetry }),
  }
  const observed = observeJobs(platform, telemetry)
  const consumers = createConsumers(config, await stores.sqs.queueUrl('jobs'), parallelJobs, (received) => {
    const job = parseJob(received.body)
    return observed({ ...received, ...job }, async () => {
      const outcome = job.dryRun === undefined ? await settle(deps, job) : await judgeDryRun(deps, job.dryRun)
      log('info', 'job_done', `${job.format}/${job.name}@${job.version}: ${outcome}`)
      return outcome
    })
  })
  const sweeper = startSweeper(async () => {
    await sweep(deps)
    await sweepIndex(deps)
    await sweepUploads(deps)
    await foldUsage(deps)
  })
  log('info', 'validator_started', `takes ${parallelJobs} jobs at a time`)
  return {
    questions: createGate(stores.checkScripts, scripts),
    async stop() {
      sweeper.stop()
      await consumers.stop()
      await telemetry.tracer?.flush()
      log('info', 'validator_stopped', 'all begun jobs are done')
    },
  }
}

/** Sweeps at once, so that a restart after a crash finishes what was left, and then every few seconds. */
function startSweeper(run: () => Promise<void>): { stop(): void } {
  let running = false
  const once = async () => {
    if (running) return
    running = true
    try {
      await run()
    } catch (error) {
      log('error', 'sweep_failed', 'tried again in a while', { error })
    } finally {
      running = false
    }
  }
  void once()
  const timer = setInterval(() => void once(), sweepEveryMs)
  return { stop: () => clearInterval(timer) }
}
