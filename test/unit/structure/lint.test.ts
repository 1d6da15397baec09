import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** The rules of biome.json that fail silently when a pattern, a path or the plugin no longer matches. */
const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The rule, the file, the text that breaks it. */
const forbidden: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['plugin', 'src/registry/clock.ts', 'export const now = () => Date.now()'],
  ['plugin', 'src/registry/date.ts', 'export const today = () => new Date()'],
  ['plugin', 'src/npm/dice.ts', 'export const dice = () => Math.random()'],
  ['plugin', 'src/http/id.ts', 'export const id = () => crypto.randomUUID()'],
  ['noRestrictedGlobals', 'src/storage/bare.ts', "export const bare = () => fetch('https://example.com')"],
  ['noRestrictedGlobals', 'src/registry/later.ts', 'export const later = (f: () => void) => setTimeout(f, 1)'],
  ['noProcessGlobal', 'src/registry/settings.ts', 'export const port = process.env'],
  [
    'noNodejsModules',
    'src/registry/reading.ts',
    "import { join } from 'node:path'\nexport const file = join('a', 'b')",
  ],
  ['noRestrictedImports', 'src/model/up.ts', "import type { T } from '../storage/tables.ts'\nexport type U = T"],
  ['noRestrictedImports', 'src/std/up.ts', "import type { T } from '../model/ids.ts'\nexport type U = T"],
  ['noRestrictedImports', 'src/storage/up.ts', "import type { T } from '../registry/publish.ts'\nexport type U = T"],
  ['noRestrictedImports', 'src/registry/up.ts', "import type { T } from 'hono'\nexport type U = T"],
  ['noRestrictedImports', 'src/registry/wired.ts', "import type { T } from '../wiring.ts'\nexport type U = T"],
  ['noRestrictedImports', 'src/validation/up.ts', "import type { T } from '../storage/s3.ts'\nexport type U = T"],
  ['noRestrictedImports', 'src/http/up.ts', "import type { T } from '../npm/names.ts'\nexport type U = T"],
  ['noRestrictedImports', 'src/npm/twin.ts', "import type { T } from '../pypi/names.ts'\nexport type U = T"],
  ['noRestrictedImports', 'src/pypi/twin.ts', "import type { T } from '../npm/names.ts'\nexport type U = T"],
  ['noRestrictedImports', 'src/npm/routes/s.ts', "import type { T } from '../../storage/s3.ts'\nexport type U = T"],
  ['noRestrictedImports', 'src/api/s.ts', "import type { T } from '../storage/s3.ts'\nexport type U = T"],
  ['noRestrictedImports', 'src/wiring.ts', "import type { T } from './npm/routes/publish.ts'\nexport type U = T"],
  ['noFloatingPromises', 'src/registry/float.ts', 'export function f(p: Promise<void>): void {\n  p\n}'],
  ['noMisusedPromises', 'src/registry/misuse.ts', 'export const f = (p: Promise<void>) => (p ? 1 : 2)'],
  ['useExhaustiveSwitchCases', 'src/registry/switch.ts', switchWithoutB()],
]

/** The same words where they are allowed. */
const allowed: Readonly<Record<string, string>> = {
  'src/node/clock.ts': "import { join } from 'node:path'\nexport const f = () => [Date.now(), process.pid, join('a')]",
  'src/std/platform.ts': 'export const now = () => Date.now()',
  'src/registry/dates.ts': 'export const at = (milliseconds: number) => new Date(milliseconds)',
  'src/npm/routes/fine.ts': "import type { T } from '../../registry/publish.ts'\nexport type U = T",
  'src/app.ts': "import type { T } from './npm/routes/publish.ts'\nexport type U = T",
  'test/unit/registry/clock.test.ts': 'export const now = () => Date.now()',
}

function switchWithoutB(): string {
  return [
    "export function f(side: 'a' | 'b'): number {",
    '  switch (side) {',
    "    case 'a':",
    '      return 1',
    '  }',
    '  return 2',
    '}',
  ].join('\n')
}

describe('the lint rules', () => {
  let directory = ''
  let findings: readonly { readonly category: string; readonly path: string }[] = []

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'deckle-lint-'))
    for (const path of ['biome.json', '.gitignore', '.biome']) {
      await cp(join(root, path), join(directory, path), { recursive: true })
    }
    const files = [...forbidden.map(([, file, text]) => [file, text] as const), ...Object.entries(allowed)]
    for (const [path, text] of files) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), `${text}\n`)
    }
    findings = await lint(directory)
  })

  afterAll(() => rm(directory, { recursive: true, force: true }))

  test.each(forbidden)('%s refuses what %s does', (rule, file) => {
    const categories = findings.filter(({ path }) => path === file).map(({ category }) => category.split('/').at(-1))
    expect(categories).toContain(rule)
  })

  test('the same is fine where it belongs', () => {
    expect(findings.filter(({ path }) => path in allowed)).toEqual([])
  })
})

/** Runs the linter of `npm run lint`. */
async function lint(directory: string): Promise<readonly { category: string; path: string }[]> {
  const args = [
    join(root, 'node_modules/@biomejs/biome/bin/biome'),
    'lint',
    '--reporter=json',
    '--max-diagnostics=none',
  ]
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: directory, maxBuffer: 2 ** 24 }, (_error, stdout) => resolve(stdout))
  })
  const { diagnostics } = JSON.parse(output)
  return diagnostics.map(({ category, location }: { category: string; location: { path: string } }) => ({
    category,
    path: location.path,
  }))
}
