import { expect, test } from 'vitest'
import type { PackageName } from '../../../../src/model/ids.ts'
import { type CheckQuestion, ScriptJudge } from '../../../../src/node/scripts/judge.ts'

const limits = { timeMs: 400, memoryBytes: 16 * 1024 * 1024 }
const loop = 'export function download(input) { if (input.client !== "fine") for (;;); return allow() }'
const fine = 'export function download() { return allow() }'
let now = 0

function question(script: string, client = 'npm'): CheckQuestion {
  return { script, moment: 'download', input: { client, time: '2026-11-25T09:30:00.000Z' }, waitMs: 20_000 }
}
const ref = (name: string) => ({ format: 'npm', name: name as PackageName }) as const
const failed = { verdict: 'deny', code: 'check_script_failed', reason: 'took longer than 400 ms' }
const suspended = {
  verdict: 'deny',
  code: 'check_script_suspended',
  reason: 'took longer than 400 ms 3 times in a row, and is not run for 5 minutes',
}

test('a script that takes all of its time again and again is not run for a while, and no other is touched', async () => {
  const judge = new ScriptJudge({ now: () => now }, limits)
  for (let run = 0; run < 3; run += 1) expect(await judge.judge(ref('bad'), question(loop))).toEqual(failed)
  expect(await judge.judge(ref('bad'), question(loop))).toEqual(suspended)
  expect(await judge.examine(ref('bad'), loop, 20_000)).toEqual({ problem: suspended.reason })
  // The same text in another package, another text in the same one
  expect(await judge.judge(ref('other'), question(loop, 'fine'))).toEqual({ verdict: 'allow' })
  expect(await judge.judge(ref('bad'), question(fine))).toEqual({ verdict: 'allow' })
  now += 5 * 60_000
  expect(await judge.judge(ref('bad'), question(loop))).toEqual(failed)
  expect(await judge.judge(ref('bad'), question(loop))).toEqual(suspended)
  now += 5 * 60_000
  expect(await judge.judge(ref('bad'), question(loop, 'fine'))).toEqual({ verdict: 'allow' })
  expect(await judge.judge(ref('bad'), question(loop))).toEqual(failed)
}, 20_000)
