import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { choosePort } from '../../src/node/local/ports.ts'
import { inheritedEnvironment, modules, root } from './support/install.ts'
import { run } from './support/process.ts'
import { launchRegistry, password, type RunningRegistry } from './support/registry.ts'

let registry: RunningRegistry | undefined
const home = mkdtempSync(join(tmpdir(), 'deckle-company-'))

beforeAll(async () => {
  const port = await choosePort()
  registry = await launchRegistry(`http://localhost:${port}`, ['--port', String(port)], { DECKLE_WEB_LOGIN: 'false' })
})
afterAll(async () => {
  await registry?.stop()
  rmSync(home, { recursive: true, force: true })
})

/** All that the page has to be pasted, as one script that stops where something ends otherwise than it says. */
function scriptOf(page: string): string {
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block ?? '')
  const checked = blocks.join('').replace(/^! (.*)$/gm, 'if $1; then echo "let through: $LINENO"; exit 1; fi')
  return `set -euo pipefail\n${checked}echo all done\n`
}

/** A shell's environment: npm 12, and nothing of whoever runs the tests. */
function environment(): Record<string, string> {
  const { url = '', dataDirectory = '' } = registry?.address ?? {}
  const programs = join(home, 'programs')
  for (const folder of [programs, join(home, 'tmp')]) mkdirSync(folder)
  symlinkSync(process.execPath, join(programs, 'node'))
  symlinkSync(join(modules, 'npm12/bin/npm-cli.js'), join(programs, 'npm'))
  return {
    ...inheritedEnvironment(),
    PATH: `${programs}:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    TMPDIR: join(home, 'tmp'),
    npm_config_cache: join(home, '.npm'),
    npm_config_update_notifier: 'false',
    REGISTRY: url,
    DATA: dataDirectory,
    DECKLE_PASSWORD: password,
  }
}

test('the walk-through of docs/company.md can be pasted, and ends as it says', { timeout: 400_000 }, async () => {
  const script = scriptOf(readFileSync(join(root, 'docs/company.md'), 'utf8'))
  const done = await run(['bash', '-c', script], { cwd: root, env: environment(), timeoutMs: 390_000 })
  expect(done.code, done.transcript).toBe(0)
  for (const line of [
    'Made the organisation acme; its owner is olga.',
    'Added paul as developer to acme. You now have 2 members',
    'wendy added to @acme:web',
    '+ @acme/core@1.0.0',
    '+ @acme/core@1.1.0',
    '@acme/site: public',
    'added 1 package',
    'Successfully removed wendy from acme',
    'wendy is disabled',
  ]) {
    expect(done.output).toContain(line)
  }
  expect(done.output).toMatch(/403 Forbidden - PUT .*@acme%2fcore/)
  expect(done.output.match(/404 Not Found - GET .*@acme%2fcore/g)).toHaveLength(2)
  expect(done.stdout.trimEnd().endsWith('all done')).toBe(true)
})
