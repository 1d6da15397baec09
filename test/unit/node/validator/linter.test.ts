import { expect, test } from 'vitest'
import { createLinter } from '../../../../src/node/validator/linter.ts'
import type { PackedFile } from '../../../../src/npm/checks/quality/packaging.ts'

const encoder = new TextEncoder()

function filesOf(files: Readonly<Record<string, string>>): readonly PackedFile[] {
  return Object.entries(files).map(([path, content]) => ({ name: `/${path}`, data: encoder.encode(content) }))
}

const sound = filesOf({ 'package.json': '{"name":"a","type":"module","exports":"./a.js"}', 'a.js': 'export {}' })

/** A thread that does this when it is asked, unless the first file is called `fine`. */
function threadThat(does: string): URL {
  const source = `import { parentPort } from 'node:worker_threads'
    parentPort.on('message', (files) => {
      if (files[0].name === 'fine') parentPort.postMessage({ kind: 'done', problems: [] })
      else { ${does} }
    })`
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`)
}
const fine: readonly PackedFile[] = [{ name: 'fine', data: new Uint8Array() }]

test('a sound package has no problems', async () => {
  expect(await createLinter()(sound)).toEqual({ kind: 'done', problems: [] })
})

test('problems come with code, place and a sentence', async () => {
  const files = filesOf({
    'package.json': JSON.stringify({ name: 'a', exports: { '.': { import: './a.js', types: './a.d.ts' } } }),
    'a.js': 'export {}',
    'a.d.ts': 'export {}',
  })
  const outcome = await createLinter()(files)
  const problems = outcome.kind === 'done' ? outcome.problems : []
  expect(problems).toContainEqual({
    code: 'EXPORTS_TYPES_SHOULD_BE_FIRST',
    level: 'error',
    field: expect.stringContaining('exports'),
    text: expect.stringContaining('should be the first'),
  })
  expect(problems.map(({ code }) => code)).toContain('FILE_INVALID_FORMAT')
})

test('what publint cannot digest is an outcome, and the next package is judged', async () => {
  const lint = createLinter()
  expect(await lint([])).toMatchObject({ kind: 'failed' })
  expect(await lint(filesOf({ 'package.json': '{"exports":{".":7},"bin":[{}],"files":9}' }))).toHaveProperty('kind')
  expect(await lint(sound)).toEqual({ kind: 'done', problems: [] })
})

test.each([
  ['hangs', 'for (;;);', 'took longer than 2000 ms'],
  ['says nothing', '', 'took longer than 2000 ms'],
  ['throws', 'throw new TypeError("inner detail")', 'broke (an error)'],
  ['ends itself', 'process.exit(1)', 'broke (its thread ended)'],
  [
    'needs too much memory',
    'const a = []; for (;;) a.push(new Array(1e5).fill(0))',
    'broke (ERR_WORKER_OUT_OF_MEMORY)',
  ],
  ['answers nonsense', 'parentPort.postMessage({ kind: "maybe" })', 'gave an answer that nobody understands'],
])(
  'a thread that %s is given up, and another takes the next package',
  async (_, does, problem) => {
    const timeMs = problem.includes('2000') ? 2000 : 10_000
    const lint = createLinter({ timeMs, heapMegabytes: 32, entry: threadThat(does) })
    const [bad, good] = await Promise.all([lint(sound), lint(fine)])
    expect(bad).toEqual({ kind: 'failed', problem })
    expect(good).toEqual({ kind: 'done', problems: [] })
  },
  30_000,
)

test('one thread takes one package after the other', async () => {
  const does = `globalThis.asked = (globalThis.asked ?? 0) + 1
    const problem = { code: String(globalThis.asked), level: 'error', field: '', text: '' }
    parentPort.postMessage({ kind: 'done', problems: [problem] })`
  const lint = createLinter({ timeMs: 10_000, heapMegabytes: 32, entry: threadThat(does) })
  const outcomes = await Promise.all([lint(sound), lint(sound), lint(sound)])
  expect(outcomes.map((outcome) => outcome.kind === 'done' && outcome.problems[0]?.code)).toEqual(['1', '2', '3'])
  expect(await lint(sound)).toMatchObject({ problems: [{ code: '4' }] })
})

test('the thread sees no environment', async () => {
  const does = 'parentPort.postMessage({ kind: "failed", problem: Object.keys(process.env).join() })'
  const lint = createLinter({ timeMs: 10_000, heapMegabytes: 32, entry: threadThat(does) })
  expect(await lint(sound)).toEqual({ kind: 'failed', problem: '' })
})
