import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestHex } from '../../src/std/digest.ts'
import type { ObjectKey } from '../../src/storage/keys.ts'
import { npmTarball } from '../builders/tarball.ts'
import type { Actor } from '../support/actor.ts'
import { DeckleCommand } from '../support/deckle-command.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { type Stack, startStack } from '../support/stack.ts'

/** The `deckle` command of the registry's users, as a process, against a running registry. */

const password = 'a-password-of-some-length-7'
let stack: Stack
let ana: Actor
let deckle: DeckleCommand
let storage: FaultProxy

beforeAll(async () => {
  const settings: Record<string, string> = { DECKLE_REGISTRATION: 'open' }
  stack = await startStack({
    settings,
    async between(service, url, component) {
      if (service === 's3' && component === 'edge') {
        // Links lead through it; what the registry itself asks of storage goes the direct way
        storage = await startFaultProxy('s3', url)
        settings['DECKLE_STORAGE_URL'] = storage.url
      }
      return url
    },
  })
  deckle = new DeckleCommand({ DECKLE_REGISTRY: stack.url })
  ana = await stack.as('ana')
  const body = JSON.stringify({ name: 'bea', password, email: 'bea@example.com' })
  const headers = { 'content-type': 'application/json' }
  expect((await fetch(`${stack.url}/-/user/org.couchdb.user:bea`, { method: 'PUT', headers, body })).status).toBe(201)
  expect((await ana.publish('ana-lib', '1.0.0', { access: 'public' })).status).toBeLessThan(300)
})

afterAll(async () => {
  deckle?.remove()
  await stack?.close()
  await storage?.close()
})

const loginsFile = () => join(deckle.home, '.config/deckle/logins.json')

test('login with a password keeps a token in a file of mode 600, and shows it nowhere', async () => {
  const ended = await deckle.run(['login', '--username', 'bea', '--password-stdin'], { input: `${password}\n` })
  expect(ended).toMatchObject({ code: 0, stdout: `Logged in at ${stack.url} as bea.\n`, stderr: '' })
  expect(statSync(loginsFile()).mode & 0o777).toBe(0o600)
  const { token } = JSON.parse(readFileSync(loginsFile(), 'utf8'))[stack.url]
  expect(token).toMatch(/^dk_/)
  // The registry of the last login is meant from now on, also without the variable
  const who = await deckle.run(['whoami'], { env: { DECKLE_REGISTRY: '' } })
  expect(who).toMatchObject({ code: 0, stdout: `bea at ${stack.url}\nroles: publisher\n` })
  expect(`${ended.stdout}${ended.stderr}${who.stdout}`).not.toContain(token)
  // A copy that others could read is closed again
  writeFileSync(loginsFile(), readFileSync(loginsFile()), { mode: 0o644 })
  await deckle.run(['whoami'])
  expect(statSync(loginsFile()).mode & 0o777).toBe(0o600)
})

test('administrators say how much somebody may have, one limit at a time, and the person sees it', async () => {
  const admin = { env: { DECKLE_TOKEN: (await stack.as('admin')).token ?? '' } }
  const quota = (...args: string[]) => deckle.run(['quota', ...args], admin)
  expect(await quota('set', 'bea', '--stored', '1.5GB')).toMatchObject({ code: 0, stderr: '' })
  expect(await deckle.json(['quota', 'set', 'bea', '--open-uploads', '3'], admin)).toMatchObject({
    code: 0,
    document: { who: 'bea', quota: { storedBytes: 1.5e9, openUploads: 3 } },
  })
  expect(await deckle.run(['quota', 'show'])).toMatchObject({ code: 0, stdout: 'stored  0 B of 1.50 GB in 0 files\n' })
  expect((await quota('show', 'bea')).stdout).toBe(
    [
      'stored         0 B of 1.50 GB in 0 files',
      'may store      1.50 GB',
      'open uploads   3',
      'bytes of them  as the settings say',
      '',
    ].join('\n'),
  )
  expect(await deckle.run(['quota', 'clear', 'bea'])).toMatchObject({ code: 5 })
  expect(await quota('clear', 'bea')).toMatchObject({ code: 0, stdout: 'bea may have what the settings say.\n' })
  expect(await quota('set', '@nobodys', '--stored', '1GB')).toMatchObject({ code: 4 })
  expect(await quota('set', 'bea')).toMatchObject({ code: 2 })
  expect(await quota('set', 'bea', '--stored', 'much')).toMatchObject({ code: 2 })
})

test('usage is drawn, or printed as a table', async () => {
  const auditor = { env: { DECKLE_TOKEN: (await stack.as('admin')).token ?? '' } }
  const [drawn, table, top, unused, rows, refused] = await Promise.all([
    deckle.run(['stats', 'npm:ana-lib', '--from', '2026-01-01', '--to', '2026-01-02']),
    deckle.run(['stats', 'npm:ana-lib@1.0.0', '--csv', '--from', '2026-01-01', '--to', '2026-01-02']),
    deckle.json(['stats', '--top', 'npm']),
    deckle.json(['stats', '--unused', 'npm', '--days', '1'], auditor),
    deckle.run(['stats', '--unused', 'npm', '--csv'], auditor),
    deckle.json(['stats', '--unused', 'npm']),
  ])
  const [stored, ...lines] = drawn.stdout.trimEnd().split('\n').reverse()
  expect(lines.reverse().join('\n')).toBe(
    '2026-01-01  0  0 B\n2026-01-02  0  0 B\n\n0 downloads, 0 B, from 2026-01-01 to 2026-01-02',
  )
  expect(stored).toMatch(/^stored: \d+ B in 1 file$/)
  expect(table.stdout.split('\n').slice(0, 2)).toEqual([
    'day,downloads,bytes,users,anonymous,refusals,clients,reasons',
    '2026-01-01,0,0,0,,,,',
  ])
  expect(top).toMatchObject({ code: 0, document: { items: [] } })
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  expect(unused).toEqual({ code: 0, document: { before: yesterday, items: [] } })
  expect(rows).toMatchObject({ code: 0, stdout: 'package,lastUsedOn\n' })
  expect(refused).toMatchObject({ code: 5, document: { error: { code: 'usage_not_allowed' } } })
  // Neither is left out without a word
  const clashing = await deckle.json(['stats', 'npm:ana-lib', '--days', '7'])
  expect(clashing).toMatchObject({ code: 2, document: { error: { code: 'options_clash' } } })
})

test('a token, what it may do, and its end', async () => {
  const made = await deckle.json(['token', 'create', 'robot', '--kind', 'read', '--days', '2', '--password-stdin'], {
    input: password,
  })
  expect(made).toMatchObject({ code: 0, document: { kind: 'read', name: 'robot', limits: { power: 'read' } } })
  const { id, token } = made.document
  const [who, list] = await Promise.all([
    deckle.json(['whoami'], { env: { DECKLE_TOKEN: token } }),
    deckle.run(['token', 'list']),
  ])
  expect(who).toMatchObject({ document: { username: 'bea', limits: { power: 'read' } } })
  expect(list.stdout).toContain(`${id}  read`)
  expect(list.stdout).not.toContain(token)
  expect(await deckle.json(['token', 'revoke', id])).toMatchObject({ code: 0, document: { revoked: true } })
  const again = await deckle.json(['token', 'revoke', id])
  expect(again).toMatchObject({ code: 4, document: { error: { code: 'token_not_found' } } })
})

test('packages are listed, found, described, reported on, yanked and given back', async () => {
  const as = { env: { DECKLE_TOKEN: ana.token ?? '' } }
  const [ls, search, info, version, report, refused] = await Promise.all([
    deckle.json(['ls'], as),
    deckle.json(['search', 'ana-lib']),
    deckle.run(['info', 'npm:ana-lib']),
    deckle.json(['info', 'npm:ana-lib@latest']),
    deckle.json(['report', 'npm:ana-lib@1.0.0']),
    deckle.json(['yank', 'npm:ana-lib@1.0.0']),
  ])
  expect(ls.document.packages).toContainEqual({ format: 'npm', name: 'ana-lib', right: 'admin' })
  expect(search.document.packages).toMatchObject([{ name: 'ana-lib', latest: '1.0.0' }])
  expect(info.stdout).toMatch(/^package +npm:ana-lib\n.*\nowners +ana\ntags +latest → 1\.0\.0\n/s)
  expect(version.document).toMatchObject({
    version: '1.0.0',
    status: 'published',
    file: { filename: 'ana-lib-1.0.0.tgz' },
  })
  expect(report.document).toMatchObject({ verdict: 'accepted' })
  expect(refused).toMatchObject({ code: 5, document: { error: { code: 'not_owner' } } })
  expect(await deckle.run(['yank', 'npm:ana-lib@1.0.0', '--reason', 'broken'], as)).toMatchObject({ code: 0 })
  expect((await deckle.run(['ls', 'npm:ana-lib'])).stdout).toMatch(/^1\.0\.0 .*yanked: broken\n$/)
  expect(await deckle.run(['yank', 'npm:ana-lib@1.0.0', '--undo'], as)).toMatchObject({ code: 0 })
})

test('who may do what is shown and changed', async () => {
  const as = { env: { DECKLE_TOKEN: ana.token ?? '' } }
  expect(await deckle.run(['access', 'grant', 'npm:ana-lib', 'write', 'bea'], as)).toMatchObject({ code: 0 })
  const { document } = await deckle.json(['access', 'show', 'npm:ana-lib'], as)
  expect(document).toMatchObject({ visibility: 'public', owners: ['ana'], grants: { 'user/bea': 'write' } })
  for (const change of [
    ['revoke', 'npm:ana-lib', 'bea'],
    ['visibility', 'npm:ana-lib', 'internal'],
    ['owner', 'add', 'npm:ana-lib', 'bea'],
  ]) {
    expect(await deckle.run(['access', ...change], as)).toMatchObject({ code: 0, stdout: 'It is so now.\n' })
  }
  const shown = 'visibility  internal\nowners      ana, bea\n'
  expect((await deckle.run(['access', 'show', 'npm:ana-lib'])).stdout).toBe(shown)
})

test('each kind of error has its exit code, and says what, where and what to do', async () => {
  const codes = Promise.all(
    [
      ['info', 'npm:no-such-package'],
      ['info', 'no such name'],
    ].map(async (args) => (await deckle.run(args)).code),
  )
  const [wrong, pip, unknown] = await Promise.all([
    deckle.run(['whoami'], { env: { DECKLE_TOKEN: 'dk_wrong_token_of_nobody' } }),
    deckle.json(['config', 'pip', '--yes']),
    deckle.json(['inform']),
  ])
  expect(wrong).toMatchObject({ code: 3, stdout: '' })
  expect(wrong.stderr).toMatch(
    /^error .+\nwhere: GET http.*\/api\/v1\/auth\/me, request .+\nto do: Log in again: deckle login\./,
  )
  expect(wrong.stderr).not.toContain('dk_wrong')
  expect(await codes).toEqual([4, 2])
  expect(unknown).toMatchObject({ code: 2, document: { error: { kind: 'usage' } } })
  const missing = await deckle.json(['quota'])
  expect(missing).toMatchObject({ code: 2, document: { error: { message: 'A command is missing. See --help.' } } })
  expect(pip).toMatchObject({ code: 5, document: { error: { code: 'python_unavailable' } } })
})

test('config npm shows the change without the token, asks, and keeps what else stands there', async () => {
  const file = join(deckle.home, '.npmrc')
  writeFileSync(file, '; mine\nregistry=https://registry.npmjs.org/\nfund=false\n')
  const asked = await deckle.run(['config', 'npm'])
  expect(asked.code).toBe(2)
  expect(asked.stderr).toContain(`- registry=https://registry.npmjs.org/\n+ registry=${stack.url}/\n`)
  expect(readFileSync(file, 'utf8')).toContain('registry=https://registry.npmjs.org/')
  const written = await deckle.run(['config', 'npm', '--yes'])
  expect(written).toMatchObject({ code: 0, stdout: `${file} is written.\n` })
  const { token } = JSON.parse(readFileSync(loginsFile(), 'utf8'))[stack.url]
  expect(written.stderr).not.toContain(token)
  const host = new URL(stack.url).host
  expect(readFileSync(file, 'utf8')).toBe(
    `; mine\nregistry=${stack.url}/\nfund=false\n//${host}/:_authToken=${token}\n`,
  )
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

describe('files of any size', () => {
  const partBytes = 16 * 1024 ** 2
  /** Three parts, the last of which is short. */
  const large = new Uint8Array(2 * partBytes + 5).map((_, index) => index % 251)
  const sha256 = digestHex('sha256', large)
  const file = () => join(deckle.home, 'weights.bin')
  const publishing = ['publish', 'weights.bin', '@bea/model@1.0.0', '--parallel', '1']
  /** Parts that are sent, and what happens once the second is. */
  const sent: string[] = []
  let onSecond: () => void

  beforeAll(() => writeFileSync(file(), large))

  function hangAtSecond(): Promise<void> {
    storage.plan = ({ method, url }) => {
      if (method !== 'PUT') return undefined
      const { searchParams } = new URL(url, storage.url)
      sent.push(searchParams.get('partNumber') ?? 'whole')
      if (sent.at(-1) !== '2' || sent.filter((part) => part === '2').length > 2) return undefined
      onSecond()
      return 'hang'
    }
    return new Promise((resolve) => {
      onSecond = resolve
    })
  }

  test('an upload that is killed, and one that is interrupted, go on with the parts that stand', async () => {
    const begun = hangAtSecond()
    const killed = deckle.start(publishing)
    await begun
    killed.child.kill('SIGKILL')
    expect(await killed.ended).toMatchObject({ code: null, signal: 'SIGKILL' })
    const [state = ''] = readdirSync(join(deckle.home, '.config/deckle/uploads'))
    expect(statSync(join(deckle.home, '.config/deckle/uploads', state)).mode & 0o777).toBe(0o600)

    const again = hangAtSecond()
    const interrupted = deckle.start(['--json', ...publishing])
    await again
    interrupted.child.kill('SIGINT')
    const { code, stdout } = await interrupted.ended
    expect(code).toBe(130)
    expect(JSON.parse(stdout).error).toMatchObject({ kind: 'interrupted', exitCode: 130 })

    const { code: ok, document } = await deckle.json(publishing)
    const url = `${stack.url}/generic/@bea/model/1.0.0/weights.bin`
    const published = { package: '@bea/model', version: '1.0.0', filename: 'weights.bin', sizeBytes: large.byteLength }
    expect([ok, document]).toEqual([0, { ...published, sha256, url }])
    expect(sent).toEqual(['1', '2', '2', '2', '3'])
    expect(readdirSync(join(deckle.home, '.config/deckle/uploads'))).toEqual([])
  })

  test('it is downloaded by ranges, and taken up where a connection broke off', async () => {
    let gets = 0
    storage.plan = ({ method }) => {
      gets += method === 'GET' ? 1 : 0
      return method === 'GET' && gets === 1 ? 'half' : undefined
    }
    const args = ['download', '@bea/model@^1.0', 'weights.bin', '--output', 'got/', '--parallel', '3']
    const { code, document } = await deckle.json(args)
    const path = join(deckle.home, 'got/weights.bin')
    expect([code, document]).toEqual([
      0,
      {
        package: '@bea/model',
        version: '1.0.0',
        files: [{ path, sizeBytes: large.byteLength, sha256, wasThere: false }],
      },
    ])
    expect(gets).toBe(4)
    expect(digestHex('sha256', readFileSync(path))).toBe(sha256)
    expect((await deckle.run(args)).stdout).toBe(`${path} 33.6 MB, verified; it was there already\n`)
    expect((await deckle.run(['ls', '@bea/model'])).stdout).toMatch(/^1\.0\.0 +weights\.bin +33\.6 MB /)
    expect((await deckle.run(['info', '@bea/model@latest'])).stdout).toContain(`sha256     ${sha256}`)
  })

  test('what is not what was published is not kept: the exit code 6', async () => {
    storage.plan = () => undefined
    const report = await deckle.json(['report', '@bea/model@1.0.0', '--file', 'weights.bin'])
    expect(report).toMatchObject({ code: 0, document: { package: '@bea/model', verdict: 'accepted' } })
    const key = 'packages/generic/@bea/model/1.0.0/weights.bin'
    await stack.stores.s3.put(key as ObjectKey, new Uint8Array(large.byteLength), {
      contentType: 'application/octet-stream',
    })
    const ended = await deckle.json(['download', '@bea/model', '--output', 'wrong/'])
    expect(ended).toMatchObject({ code: 6, document: { error: { kind: 'integrity', code: 'digest_mismatch' } } })
    expect(readdirSync(join(deckle.home, 'wrong'))).toEqual([])
  })

  test('a file that validation refuses comes back with its reasons', async () => {
    writeFileSync(join(deckle.home, 'broken.zip'), 'no archive at all')
    const { code, document } = await deckle.json(['publish', 'broken.zip', '@bea/broken@1.0.0'])
    expect([code, document.error.code]).toEqual([5, 'upload_rejected'])
    expect(document.error.reasons[0]).toEqual({
      code: expect.any(String),
      message: expect.any(String),
      hint: expect.any(String),
    })
  })

  test('a dry run says what would be refused and what found, and publishes nothing', async () => {
    writeFileSync(join(deckle.home, 'small.bin'), 'small')
    const { code, document } = await deckle.json(['publish', '--dry-run', 'small.bin', '@bea/tried@1.0.0'])
    const sha256 = digestHex('sha256', 'small')
    const tried = { package: '@bea/tried', version: '1.0.0', filename: 'small.bin', sizeBytes: 5, sha256, dryRun: true }
    expect([code, document]).toEqual([0, { ...tried, report: expect.objectContaining({ verdict: 'accepted' }) }])
    expect((await deckle.run(['info', '@bea/tried'])).code).toBe(4)
    const refused = await deckle.json(['publish', 'broken.zip', '@bea/tried@1.0.0', '--dry-run'])
    expect([refused.code, refused.document.error.code]).toEqual([5, 'upload_invalid'])
    expect(refused.document.error.reasons[0].code).toEqual(expect.any(String))

    const manifest = { name: '@bea/tool', version: '1.0.0' }
    const packed = npmTarball({ 'package.json': JSON.stringify(manifest), 'index.js': '' })
    writeFileSync(join(deckle.home, 'bea-tool-1.0.0.tgz'), packed)
    const npm = await deckle.run(['publish', '--dry-run', 'bea-tool-1.0.0.tgz', 'npm:@bea/tool@1.0.0'])
    expect(npm).toMatchObject({ code: 0, stdout: expect.stringContaining('Would be published as npm:@bea/tool@1.0.0') })
    expect(npm.stdout).toContain('\nwarning license_missing')
    expect((await deckle.run(['publish', 'bea-tool-1.0.0.tgz', 'npm:@bea/tool@1.0.0'])).code).toBe(2)
    expect((await deckle.run(['publish', '--dry-run', '.', 'npm:@bea/tool@1.0.0'])).code).toBe(2)
    expect(readdirSync(join(deckle.home, '.config/deckle/uploads'))).toEqual([])
  })

  test('a folder is one archive, the same each time; a file that was published cannot be replaced', async () => {
    mkdirSync(join(deckle.home, 'data/below'), { recursive: true })
    writeFileSync(join(deckle.home, 'data/below/a.txt'), 'a')
    const publish = ['publish', 'data', '@bea/data@1.0.0']
    const { document } = await deckle.json(publish)
    expect(document).toMatchObject({
      filename: 'data-1.0.0.tar.gz',
      url: `${stack.url}/generic/@bea/data/1.0.0/data-1.0.0.tar.gz`,
    })
    const zip = await deckle.json([...publish, '--pack', 'zip'])
    expect(zip).toMatchObject({ code: 0, document: { filename: 'data-1.0.0.zip' } })
    writeFileSync(join(deckle.home, 'data/below/a.txt'), 'b')
    expect(await deckle.json(publish)).toMatchObject({ code: 5, document: { error: { code: 'version_taken' } } })
    expect((await deckle.run(['yank', '@bea/data@1.0.0'])).code).toBe(0)
    const yanked = await deckle.json(['download', '@bea/data@^1.0'])
    expect(yanked).toMatchObject({ code: 4, document: { error: { code: 'version_not_found' } } })
    expect(await deckle.json(['download', '@bea/none'])).toMatchObject({
      code: 4,
      document: { error: { code: 'package_not_found' } },
    })
  })
})

test('logout ends the token, and forgets it', async () => {
  const { token } = JSON.parse(readFileSync(loginsFile(), 'utf8'))[stack.url]
  // It ends the login that is kept, whatever token the environment has
  expect(await deckle.run(['logout'], { env: { DECKLE_TOKEN: ana.token ?? '' } })).toMatchObject({
    code: 0,
    stdout: `Logged out of ${stack.url}.\n`,
  })
  expect(readFileSync(loginsFile(), 'utf8')).toBe('{}\n')
  expect(await deckle.json(['whoami'])).toMatchObject({ code: 3, document: { error: { code: 'login_required' } } })
  expect((await deckle.run(['whoami'], { env: { DECKLE_TOKEN: token } })).code).toBe(3)
})
