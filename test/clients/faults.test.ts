import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inSandbox } from './support/cells.ts'
import { npm11 } from './support/clients/npm.ts'
import { download, samplePackage } from './support/packages.ts'
import { findPart, type Part, parts } from './support/parts.ts'
import { isAlive } from './support/process.ts'
import { type RunningRegistry, startRegistry, until } from './support/registry.ts'
import type { Sandbox } from './support/sandbox.ts'

/** A registry of its own: the others' must live. */
let registry: RunningRegistry

beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.stop())

/** npm waits 10 s and a minute between its tries unless it is told otherwise. */
const patience = ['--fetch-retries=6', '--fetch-retry-mintimeout=250', '--fetch-retry-maxtimeout=2000']
const loops = 2
/** After a publish has succeeded, one of the loops is in the next one, which takes npm about a second. */
const moments = [150, 650]
/** A validator that was killed leaves its job to the queue, which gives it out again after a minute. */
const finalMs = 150_000

interface Attempt {
  readonly name: string
  readonly version: string
  readonly folder: string
  /** What npm said the archive's digest is. */
  readonly integrity: string | undefined
  readonly transcript: string
}

test('every part can be killed while npm publishes, and nothing is lost or left pending', {
  timeout: 400_000,
}, async () => {
  const { url, tokens } = registry.address
  const access = { registry: `${url}/`, token: tokens.ana }
  await inSandbox(npm11, access, async (box) => {
    const attempts: Attempt[] = []
    const done = new AbortController()
    const publishing = Array.from({ length: loops }, (_, index) =>
      publishUntil(done.signal, box, `loop-${index}`, attempts),
    )
    try {
      for (const [index, part] of parts.entries())
        await killDuring(part, moments[index % moments.length] ?? 0, attempts)
    } finally {
      done.abort()
      await Promise.all(publishing)
    }
    const succeeded = attempts.filter(({ integrity }) => integrity !== undefined)
    expect(succeeded.length).toBeGreaterThan(parts.length)
    for (const attempt of attempts) await expectFinal(attempt)
    for (const attempt of succeeded) await expectInstallable(attempt)
    // Those that npm gave up on can be published after all, with the same bytes.
    for (const { name, version, folder, integrity } of attempts) {
      if (integrity === undefined) await publishAgain(box, name, version, folder)
    }
  })
})

/** Kills a part between two publishes that succeed: it works before and after. */
async function killDuring(part: Part, delayMs: number, attempts: readonly Attempt[]): Promise<void> {
  const successes = () => attempts.filter(({ integrity }) => integrity !== undefined).length
  const before = successes()
  await until(() => successes() > before, 60_000)
  await until(() => findPart(registry, part) !== undefined, 20_000)
  const victim = findPart(registry, part)
  if (victim === undefined) throw new Error(`${part} does not run`)
  await sleep(delayMs)
  process.kill(victim.pid, 'SIGKILL')
  await until(() => !isAlive(victim), 5_000)
  await until(() => findPart(registry, part) !== undefined, 30_000)
  const after = successes()
  await until(() => successes() > after, 60_000)
}

/** Publishes one version after the other, whatever comes of it. */
async function publishUntil(signal: AbortSignal, box: Sandbox, name: string, attempts: Attempt[]): Promise<void> {
  for (let patch = 0; !signal.aborted; patch += 1) {
    const version = `1.0.${patch}`
    const folder = samplePackage(box, name, version)
    const outcome = await box.run(['publish', '--json', ...patience], { cwd: folder })
    const integrity = outcome.code === 0 ? readIntegrity(outcome.stdout, name) : undefined
    attempts.push({ name, version, folder, integrity, transcript: outcome.transcript })
  }
}

/** npm prints the digest of what it packed: `{ "integrity": … }`, or the same below the package's name. */
function readIntegrity(stdout: string, name: string): string | undefined {
  const printed: { integrity?: string } & Readonly<Record<string, { integrity?: string }>> = JSON.parse(stdout)
  return printed.integrity ?? printed[name]?.integrity
}

/** Waits until the version is decided, or was never taken. */
async function expectFinal({ name, version, transcript }: Attempt): Promise<void> {
  const path = `/api/v1/packages/npm/${name}/versions/${version}/report`
  const status = async () => (await fetchAs(path)).status
  await until(async () => [200, 404].includes(await status()), finalMs).catch(() => {
    throw new Error(`${name}@${version} is still pending.\n${transcript}`)
  })
}

async function expectInstallable({ name, version, integrity, transcript }: Attempt): Promise<void> {
  const bytes = await download(`${registry.address.url}/`, registry.address.tokens.ana, name, version)
  const digest = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
  expect(digest, transcript).toBe(integrity)
  const packument: { versions: Readonly<Record<string, unknown>> } = JSON.parse(
    await (await fetchAs(`/${name}`)).text(),
  )
  expect(Object.keys(packument.versions)).toContain(version)
}

async function publishAgain(box: Sandbox, name: string, version: string, folder: string): Promise<void> {
  const listed = (await fetchAs(`/${name}/${version}`)).status === 200
  if (!listed) await box.ok(['publish', ...patience, '--tag', 'again'], { cwd: folder })
  await download(`${registry.address.url}/`, registry.address.tokens.ana, name, version)
}

function fetchAs(path: string): Promise<Response> {
  return fetch(`${registry.address.url}${path}`, {
    // What is true now, and not what the edge knew a few seconds ago
    headers: { authorization: `Bearer ${registry.address.tokens.ana}`, 'cache-control': 'no-cache' },
  })
}
