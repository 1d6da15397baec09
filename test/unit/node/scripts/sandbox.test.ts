import { expect, test } from 'vitest'
import type { ScriptTask } from '../../../../src/node/scripts/outcome.ts'
import { ScriptThread } from '../../../../src/node/scripts/thread.ts'

const thread = new ScriptThread()
const memoryBytes = 64 * 1024 * 1024

function run(script: string, input: unknown = {}, timeMs = 5_000) {
  const task: ScriptTask = {
    script,
    ask: { moment: 'download', input: JSON.stringify(input) },
    now: Date.UTC(2026, 10, 25),
    timeMs,
    memoryBytes,
  }
  return thread.run(task)
}
const answering = (body: string) => `export function download(input) { ${body} }`
const failed = (problem: RegExp | string) => ({ kind: 'failed', problem: expect.stringMatching(problem) })

test('a script allows, or denies with its reason', async () => {
  expect(await run(answering('return allow()'))).toEqual({ kind: 'allow' })
  expect(
    await run(answering('return input.who.teams.includes("a/b") ? allow() : deny("Only for a/b.")'), {
      who: { teams: [] },
    }),
  ).toEqual({ kind: 'deny', reason: 'Only for a/b.' })
  for (const silent of ['deny()', 'deny(null)', 'deny("")']) {
    expect(await run(answering(`return ${silent}`))).toEqual({ kind: 'deny', reason: 'it gave no reason' })
  }
})

test('its moments are the functions that it exports', async () => {
  const moments = async (script: string, timeMs = 5_000) =>
    thread.run({ script, ask: 'moments', now: 0, timeMs, memoryBytes })
  const both = 'export function download() {} export const publish = () => allow()'
  expect(await moments(both)).toEqual({ kind: 'moments', moments: ['publish', 'download'] })
  expect(await moments('export const publish = 7')).toEqual({ kind: 'moments', moments: [] })
  expect(await moments('export function publish( {')).toEqual(failed(/^threw SyntaxError: .* \(check\.js:1/))
  expect(await moments('for (;;);', 300)).toEqual({ kind: 'timed_out' })
})

/** Each gives no answer, says why, or takes all of its time, and leaves a thread that judges the next script. */
const hostile: Readonly<Record<string, readonly [script: string, problem: RegExp | 'timed_out', input?: unknown]>> = {
  'an endless loop': [answering('for (;;);'), 'timed_out'],
  'a catastrophic pattern': [answering('return /^(a+)+$/.test("a".repeat(50) + "b")'), 'timed_out'],
  'a search that cannot be interrupted': [
    answering('const a = "a".repeat(5e6); return a.indexOf("a".repeat(2e6) + "b") < 0 ? allow() : allow()'),
    'timed_out',
  ],
  'a fill that cannot be interrupted': [
    answering('const a = []; a.length = 4294967295; a.indexOf(1); return allow()'),
    'timed_out',
  ],
  'a loop that catches everything': [
    answering('for (;;) try { for (;;); } catch {} finally { continue }'),
    'timed_out',
  ],
  'a loop at its top': [`for (;;); ${answering('return allow()')}`, 'timed_out'],
  'a bomb of arrays': [answering('const a = []; for (;;) a.push(new Array(1e5).fill(0))'), /out of memory/],
  'a bomb of buffers': [answering('const a = []; for (;;) a.push(new ArrayBuffer(1e7))'), /out of memory/],
  'a bomb of texts': [answering('const a = []; for (;;) a.push("x".repeat(1e6) + a.length)'), /out of memory/],
  'a huge text': [answering('let a = "x"; for (;;) a += a'), /string too long|out of memory/],
  'deep recursion': [answering('const f = () => f() + 1; f()'), /stack overflow/],
  'deep JSON': [answering('JSON.parse("[".repeat(1e6))'), /stack|sandbox/],
  'deep source': [answering('eval("[".repeat(1e6))'), /stack|sandbox/],
  'deep proxies': [answering('let p = {}; for (let i = 0; i < 1e6; i++) p = new Proxy(p, {}); p.x'), /./],
  'a throw': [answering('throw new TypeError("no\\u001b[31m")'), /^threw TypeError: no\\u\{1b\}\[31m \(check\.js:1/],
  'a throw of nothing': [answering('throw undefined'), /^threw undefined$/],
  'a throw that throws': [answering('throw { get name() { throw 1 } }'), /^threw something that cannot be shown$/],
  'a throw that is huge': [answering('throw "x".repeat(1e7)'), /^threw x{190,}…$/],
  'a throw that never ends': [answering('throw { get name() { for (;;); } }'), 'timed_out'],
  'no answer': [answering(''), /neither allow\(\) nor deny/],
  'an answer that is true': [answering('return true'), /neither allow\(\) nor deny/],
  'a text that says so': [answering('return input.client'), /neither allow\(\) nor deny/, { client: 'allow' }],
  'a promise': [`export const download = async () => allow()`, /neither allow\(\) nor deny/],
  'a loop of jobs': [answering('const f = () => Promise.resolve().then(f); return f()'), /neither allow/],
  'waiting at its top': [`await new Promise(() => {}); ${answering('return allow()')}`, /^waits \(await\)/],
  'waiting at its top for a module': [`await import("fs"); ${answering('return allow()')}`, /^waits \(await\)/],
  'an answer that loops': [answering('return { get deny() { for (;;); } }'), 'timed_out'],
  'an answer that is a proxy': [
    answering('return new Proxy({}, { get() { throw new Error("trap") } })'),
    /^threw Error: trap/,
  ],
  'an answer with a reason that is none': [answering('return { deny: { toString: () => "x" } }'), /neither allow/],
  'an import': [`import "node:fs"; ${answering('return allow()')}`, /could not load module/],
  'no such function': ['export function publish() { return allow() }', /exports no function "download"/],
  'a function that is not there yet': ['export { download }; let download', /exports no function "download"/],
  'a reach for the host': [answering('return process.exit(1)'), /process.*not defined/],
  'a reach by the constructor': [
    answering('return this.constructor.constructor("return process")()'),
    /TypeError|ReferenceError/,
  ],
  randomness: [answering('return Math.random() < 2 ? allow() : allow()'), /not a function/],
  'a change of its input': [answering('input.list.push(1); return allow()'), /threw TypeError/, { list: [] }],
}

test.each(Object.entries(hostile))('denied, and the next one judged: %s', async (_, [script, problem, input]) => {
  if (problem === 'timed_out') expect(await run(script, input, 300)).toEqual({ kind: 'timed_out' })
  else expect(await run(script, input)).toEqual(failed(problem))
  expect(await run(answering('return allow()'))).toEqual({ kind: 'allow' })
})

test('a reason is one bounded line that can be shown', async () => {
  const reasonOf = async (text: string) => run(answering(`return deny(${text})`))
  expect(await reasonOf('"a\\u202eb\\nc"')).toEqual({ kind: 'deny', reason: 'a\\u{202e}b\\u{0a}c' })
  expect(await reasonOf('"x".repeat(5e6)')).toEqual({ kind: 'deny', reason: `${'x'.repeat(199)}…` })
  expect(await reasonOf('" "')).toEqual({ kind: 'deny', reason: 'it gives no reason' })
  expect(await reasonOf('{ toString() { return "made" } }')).toEqual({ kind: 'deny', reason: 'made' })
})

test('what a script changes for itself changes nothing of how it is judged', async () => {
  const tampering = `String.prototype.slice = JSON.parse = Object.freeze = () => 'allow'
    Object.prototype.deny = 'inherited'; Function.prototype.call = () => 'allow'
    globalThis.String = globalThis.TypeError = function () { return 'allow' }`
  expect(await run(`${tampering}; ${answering('return deny("no")')}`)).toEqual({ kind: 'deny', reason: 'no' })
  expect(await run(`${tampering}; ${answering('return allow(input.a.b)')}`, { a: { b: 1 } })).toEqual({ kind: 'allow' })
  expect(await run(answering('globalThis.deny = allow; return deny("still")'))).toEqual(failed('TypeError'))
  expect(
    await run(
      answering('return "__proto__" in input && !input.admin ? allow() : deny("")'),
      JSON.parse('{"__proto__":{"admin":1}}'),
    ),
  ).toEqual({ kind: 'allow' })
})

test('nothing of one run is there in the next', async () => {
  const script = answering('globalThis.seen = (globalThis.seen ?? 0) + 1; return deny(String(globalThis.seen))')
  for (let round = 0; round < 3; round += 1) expect(await run(script)).toEqual({ kind: 'deny', reason: '1' })
})

test('the time is the one that it is given, by every way to ask', async () => {
  const ways = `[Date.now(), +new Date(), Date.parse(Date()), +new Date().constructor(0) || Date.now(),
    +Reflect.construct(Date, []), +new (class extends Date {})(), Date.prototype.constructor.now()]`
  const said = await run(answering(`return deny(String(new Set(${ways}).size) + " " + new Date().toISOString())`))
  expect(said).toEqual({ kind: 'deny', reason: '1 2026-11-25T00:00:00.000Z' })
  expect(await run(answering('return deny(new Date(0).toISOString() + Date.UTC(1970, 0))'))).toMatchObject({
    reason: '1970-01-01T00:00:00.000Z0',
  })
})

test('what a script finds around it is the language, and allow and deny', async () => {
  const said = await run(
    answering('return deny(Object.getOwnPropertyNames(globalThis).filter((name) => !/^[A-Z]/.test(name)).join())'),
  )
  expect(said).toEqual({
    kind: 'deny',
    reason:
      'parseInt,parseFloat,isNaN,isFinite,decodeURI,decodeURIComponent,encodeURI,encodeURIComponent,escape,unescape,undefined,eval,globalThis,allow,deny',
  })
})
