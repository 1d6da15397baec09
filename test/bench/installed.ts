import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder } from './contestants.ts'

/** What is compared with is no dependency of the product, so it is installed when somebody asks, from a lock file of its own. */
export function ensureInstalled(): void {
  const record = join(benchFolder, 'node_modules/.package-lock.json')
  const { dependencies } = JSON.parse(readFileSync(join(benchFolder, 'package.json'), 'utf8'))
  const installed = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')).packages : {}
  const isThere = ([name, version]: [string, unknown]) => installed[`node_modules/${name}`]?.version === version
  if (Object.entries(dependencies).every(isThere)) return
  console.log('Installing what is compared with into test/bench/node_modules (Verdaccio, autocannon, npm) ...')
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: benchFolder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('npm ci in test/bench failed')
}
