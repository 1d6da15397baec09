import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/**
 * The layer rules are held by dependency-cruiser, which is green when it parses nothing: it needs swc to read
 * TypeScript 7. So each rule is broken here once, on purpose, in a tree of its own.
 */
const root = fileURLToPath(new URL('../../..', import.meta.url))

interface Cruise {
  readonly modules: number
  readonly violations: readonly { readonly rule: string; readonly from: string; readonly to: string }[]
}

interface Finding {
  readonly rule: { readonly name: string }
  readonly from: string
  readonly to: string
}

/** Runs the command of `npm run structure`. */
function depcruise(directory: string, ...args: string[]): Promise<{ exitCode: number; output: string }> {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
  const all = [program, '--config', join(root, '.dependency-cruiser.json'), ...args]
  return new Promise((resolve) => {
    execFile(process.execPath, all, { cwd: directory, maxBuffer: 2 ** 26 }, (error, output) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, output })
    })
  })
}

async function cruise(directory: string, ...folders: string[]): Promise<Cruise> {
  const { summary } = JSON.parse((await depcruise(directory, '-T', 'json', ...folders)).output)
  return {
    modules: summary.totalCruised,
    violations: summary.violations.map(({ rule, from, to }: Finding) => ({ rule: rule.name, from, to })),
  }
}

/** One import that each rule must refuse: the rule, the importing file, the text that imports. */
const forbidden: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['no-cycles', 'src/registry/circle.ts', "import type { Round } from './round.ts'\nexport type Circle = Round"],
  ['no-orphans', 'src/registry/alone.ts', 'export const alone = 1'],
  ['everything-resolves', 'src/registry/lost.ts', "import './nowhere.ts'"],
  ['packages-are-declared', 'src/registry/lucky.ts', "import 'undeclared'"],
  ['dev-packages-only-in-the-local-stack', 'src/registry/developing.ts', "import 'for-developers'"],
  ['launcher-needs-nothing', 'src/node/launch.mjs', "import 'for-developers'"],
  ['std-imports-nothing', 'src/std/upward.ts', "import '../model/words.ts'"],
  ['model-is-the-bottom', 'src/model/upward.ts', "import '../storage/tables.ts'"],
  ['storage-knows-no-use-case', 'src/storage/upward.ts', "import '../registry/publish.ts'"],
  ['registry-knows-no-protocol', 'src/registry/upward.ts', "import '../npm/names.ts'"],
  ['registry-knows-no-protocol', 'src/registry/checking.ts', "import '../validation/run.ts'"],
  ['validation-is-pure', 'src/validation/storing.ts', "import '../storage/tables.ts'"],
  ['formats-are-pure', 'src/npm/checks/manifest.ts', "import '../../registry/publish.ts'"],
  ['formats-are-pure', 'src/npm/format.ts', "import './routes/publish.ts'"],
  ['formats-are-pure', 'src/npm/asking.ts', "import '../registry/publish.ts'"],
  ['formats-stay-apart', 'src/npm/copying.ts', "import '../pypi/names.ts'"],
  ['protocols-never-touch-storage', 'src/npm/routes/storing.ts', "import '../../storage/tables.ts'"],
  [
    'protocols-never-touch-storage',
    'src/api/storing.ts',
    "import type { T } from '../storage/tables.ts'\nexport type U = T",
  ],
  ['http-touches-no-store', 'src/http/storing.ts', "import '../storage/tables.ts'"],
  ['http-knows-no-protocol', 'src/http/upward.ts', "import '../npm/names.ts'"],
  ['domain-knows-no-http', 'src/registry/answering.ts', "import 'hono'"],
  ['domain-knows-no-http', 'src/npm/answering.ts', "import '../http/status.ts'"],
  ['only-app-mounts-routes', 'src/wiring.ts', "import './npm/routes/publish.ts'"],
  ['only-app-mounts-routes', 'src/http/mounting.ts', "import '../api/packages.ts'"],
  ['protocols-share-no-routes', 'src/web/borrowing.ts', "import '../npm/routes/publish.ts'"],
  ['protocols-share-no-routes', 'src/npm/routes/borrowing.ts', "import '../../pypi/routes/upload.ts'"],
  ['nothing-imports-an-entry', 'src/app.ts', "import './worker.ts'"],
  ['the-top-stays-on-top', 'src/registry/settings.ts', "import '../config.ts'"],
  ['the-top-stays-on-top', 'src/api/wired.ts', "import type { W } from '../wiring.ts'\nexport type V = W"],
  ['env-names-the-wiring-only-as-a-type', 'src/http/env.ts', "import '../wiring.ts'"],
  ['node-stays-in-node', 'src/registry/local.ts', "import '../node/cli.ts'"],
  ['node-built-ins-only-in-node', 'src/registry/reading.ts', "import 'node:fs'"],
  ['std-wraps-few-built-ins', 'src/std/reading.ts', "import 'node:fs'"],
  ['src-knows-no-surroundings', 'src/registry/tested.ts', "import '../../test/tool.ts'"],
  ['aws-imports-only-definitions', 'aws/stack.ts', "import '../src/registry/publish.ts'"],
  ['edge-without-node-or-checks', 'src/worker.ts', "import './npm/step.ts'"],
  ['edge-without-the-validators-packages', 'src/worker.ts', "import './npm/step.ts'"],
]

/** What the forbidden imports import, and imports that are allowed: no rule may name these files as the importer. */
const allowed: Readonly<Record<string, string>> = {
  'src/registry/round.ts': "import type { Circle } from './circle.ts'\nexport type Round = Circle",
  'src/npm/step.ts': "import 'sqs-consumer'\nimport './checks/secret.ts'",
  'src/npm/checks/secret.ts': "import '../../validation/check.ts'\nimport '../../model/words.ts'\nimport '../names.ts'",
  'src/npm/names.ts': "import '../model/words.ts'\nimport '../std/digest.ts'",
  'src/npm/routes/publish.ts': "import 'hono'\nimport '../../http/status.ts'\nimport '../../registry/publish.ts'",
  'src/pypi/names.ts': "import '../model/words.ts'",
  'src/pypi/routes/upload.ts': "import '../names.ts'",
  'src/api/packages.ts': "import '../registry/publish.ts'",
  'src/http/status.ts': "import '../model/words.ts'\nimport type { T } from '../storage/tables.ts'\nexport type U = T",
  'src/registry/publish.ts': "import '../storage/tables.ts'\nimport '../model/words.ts'",
  'src/storage/tables.ts': "import '../std/digest.ts'\nexport type T = 1",
  'src/validation/check.ts': "import '../model/words.ts'",
  'src/validation/run.ts': "import './check.ts'",
  'src/model/words.ts': "import '../std/digest.ts'",
  'src/std/digest.ts': "import 'node:crypto'",
  'src/config.ts': "import './model/words.ts'",
  'src/node/cli.ts': "import 'node:fs'\nimport '../wiring.ts'",
  'src/node/local/server.ts': "import 'for-developers'",
  'aws/queues.ts': "import '../src/storage/tables.ts'",
  'test/tool.ts': 'export const tool = 1',
}

const packages = ['hono', 'sqs-consumer', 'for-developers', 'undeclared']

async function put(directory: string, path: string, text: string): Promise<void> {
  const file = join(directory, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${text}\n`)
}

describe('the layer rules', () => {
  let directory = ''
  let broken: Cruise

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'deckle-layers-'))
    await put(
      directory,
      'package.json',
      JSON.stringify({
        type: 'module',
        dependencies: { hono: '1.0.0', 'sqs-consumer': '1.0.0' },
        devDependencies: { 'for-developers': '1.0.0' },
      }),
    )
    for (const name of packages) {
      await put(directory, `node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0' }))
      await put(directory, `node_modules/${name}/index.js`, '')
    }
    for (const [, file, text] of forbidden) await put(directory, file, text)
    for (const [file, text] of Object.entries(allowed)) await put(directory, file, text)
    broken = await cruise(directory, 'src', 'aws')
  })

  afterAll(() => rm(directory, { recursive: true, force: true }))

  test('a broken rule fails the command', async () => {
    const { exitCode, output } = await depcruise(directory, 'src', 'aws')
    expect(output).toContain('error domain-knows-no-http: src/registry/answering.ts')
    expect(exitCode).toBeGreaterThan(0)
  })

  test.each(forbidden)('%s refuses what %s does', (rule, file) => {
    expect(broken.violations.filter((violation) => violation.from === file).map(({ rule }) => rule)).toContain(rule)
  })

  test('what the layers allow passes', () => {
    expect(broken.violations.filter(({ from }) => from in allowed)).toEqual([])
  })

  test('every rule is broken above', async () => {
    const rules = JSON.parse(await readFile(join(root, '.dependency-cruiser.json'), 'utf8'))
    const names = rules.forbidden.map((rule: { name: string }) => rule.name)
    expect([...new Set(forbidden.map(([rule]) => rule))].sort()).toEqual(names.sort())
  })
})

test('the layer rules read our source', async () => {
  expect(existsSync(fileURLToPath(import.meta.resolve('@swc/core'))), 'swc, which reads TypeScript 7').toBe(true)
  const { modules } = await cruise(root, 'src')
  expect(modules).toBeGreaterThan(20)
})
