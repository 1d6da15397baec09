import { parentPort } from 'node:worker_threads'
import type { ScriptTask } from './outcome.ts'
import { runScript } from './sandbox.ts'

/** The thread in which check scripts run, away from the validator: takes a task, answers with its outcome. */
parentPort?.on('message', async (task: ScriptTask) => {
  parentPort?.postMessage(await runScript(task))
})
