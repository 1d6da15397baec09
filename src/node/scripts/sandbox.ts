import singleFile from '@jitl/quickjs-singlefile-mjs-release-sync'
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
} from 'quickjs-emscripten-core'
import { checkMoments } from '../../model/check-script.ts'
import { printable } from '../../validation/printable.ts'
import type { ScriptOutcome, ScriptTask } from './outcome.ts'
import { prelude } from './prelude.ts'

/** What QuickJS may take of its own stack; the thread has more, so that it notices first. */
const stackBytes = 256 * 1024
const pageBytes = 64 * 1024
/** What the engine has before a script has anything: the least memory that it can be made with. */
const engineBytes = 16 * 1024 * 1024
/** Findings have room for it, and for what stands before it. */
const mostReasonCharacters = 200

/**
 * Runs one script in QuickJS, in a WebAssembly instance of its own: nothing that a script does, not even to the engine,
 * is there when the next one runs. What it holds ends within `memoryBytes`, by QuickJS's count and by the size of the
 * instance's memory. It is interrupted after `timeMs`, except in loops inside of the engine (a search in a long text,
 * filling an array), which do not look up: whoever runs this ends the thread then.
 *
 * There is no host function in it, no clock, no randomness, no module to import and no event loop: jobs of promises are
 * never run.
 */
export async function runScript(task: ScriptTask): Promise<ScriptOutcome> {
  const endsAt = performance.now() + task.timeMs
  const wasmMemory = new WebAssembly.Memory({
    initial: engineBytes / pageBytes,
    maximum: Math.ceil((engineBytes + task.memoryBytes) / pageBytes),
  })
  const engine = await newQuickJSWASMModuleFromVariant(newVariant(singleFile, { wasmMemory }))
  const runtime = engine.newRuntime({ memoryLimitBytes: task.memoryBytes, maxStackSizeBytes: stackBytes })
  let isLate = false
  runtime.setInterruptHandler(() => {
    isLate ||= performance.now() > endsAt
    return isLate
  })
  try {
    return answerOf(runtime, task)
  } catch (error) {
    if (isLate) return { kind: 'timed_out' }
    if (error instanceof ScriptError) return { kind: 'failed', problem: error.message }
    // The engine itself gave up, for example for want of stack: nothing of it is used again
    return { kind: 'failed', problem: `broke its sandbox (${error instanceof Error ? error.name : 'an error'})` }
  }
}

/** The script threw, or is no script: the message says what, in one printable line. */
class ScriptError extends Error {}

/** Handles are not disposed of one by one: the whole instance is dropped. */
function answerOf(runtime: QuickJSRuntime, { script, ask, now }: ScriptTask): ScriptOutcome {
  const context = runtime.newContext()
  const tools = context.unwrapResult(
    context.callFunction(
      context.unwrapResult(context.evalCode(prelude, 'prelude.js')),
      context.undefined,
      context.newNumber(now),
    ),
  )
  const use = (name: string, ...values: QuickJSHandle[]) =>
    succeeded(context, tools, context.callFunction(context.getProp(tools, name), context.undefined, ...values))
  const exported = evaluate(context, tools, script)
  if (ask === 'moments') {
    const names = context.getString(use('moments', exported)).split(' ')
    return { kind: 'moments', moments: checkMoments.filter((moment) => names.includes(moment)) }
  }
  const answer = context.getString(use('judge', exported, context.newString(ask.moment), context.newString(ask.input)))
  return answer === 'allow' ? { kind: 'allow' } : { kind: 'deny', reason: reasonIn(answer) }
}

/** The script's exports. One that waits for something (`await` outside of a function) would wait forever. */
function evaluate(context: QuickJSContext, tools: QuickJSHandle, script: string): QuickJSHandle {
  const exported = succeeded(context, tools, context.evalCode(script, 'check.js', { type: 'module', strict: true }))
  if (context.getPromiseState(exported).type === 'pending') {
    throw new ScriptError('waits (await) outside of a function, which is never over')
  }
  return exported
}

type Result = ReturnType<QuickJSContext['callFunction']>

function succeeded(context: QuickJSContext, tools: QuickJSHandle, result: Result): QuickJSHandle {
  if (result.error === undefined) return result.value
  const told = context.callFunction(context.getProp(tools, 'explain'), context.undefined, result.error)
  // What was thrown may itself throw when it is looked at
  const text = told.error === undefined ? context.getString(told.value) : 'something that cannot be shown'
  const [said = '', place = ''] = text.split('\n')
  const where = /check\.js:\d+(?::\d+)?/.exec(place)?.[0]
  const problem = `threw ${said}${where === undefined ? '' : ` (${where})`}`
  throw new ScriptError(printable(problem, mostReasonCharacters))
}

function reasonIn(answer: string): string {
  const reason = printable(answer.slice('deny:'.length).trim(), mostReasonCharacters)
  return reason === '' ? 'it gives no reason' : reason
}
