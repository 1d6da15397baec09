import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { FileName, FileRef, PackageName, Version } from '../../../src/model/ids.ts'
import { type Platform, webPlatform } from '../../../src/std/platform.ts'
import { walkTarball } from '../../../src/validation/archive/tarball.ts'
import { archiveLimits, type WalkArchive } from '../../../src/validation/archive/walk.ts'
import type { Check, CheckPass } from '../../../src/validation/check.ts'
import { createPolicy } from '../../../src/validation/policy.ts'
import { type RunLimits, type RunOptions, runChecks } from '../../../src/validation/run.ts'
import { concat } from '../../builders/gzip.ts'
import { npmTarball, tarball } from '../../builders/tarball.ts'
import { streamOf } from './archive/walking.ts'

const file: FileRef = {
  format: 'npm',
  name: 'left-pad' as PackageName,
  version: '1.0.0' as Version,
  filename: 'left-pad-1.0.0.tgz' as FileName,
}
const limits: RunLimits = { ...archiveLimits, timeMs: 10_000, findings: 100 }
const good = npmTarball({ 'package.json': '{"name":"left-pad"}', 'index.js': 'x'.repeat(1000) })

function storedAs(bytes: Uint8Array) {
  return { sizeBytes: bytes.length, sha512: createHash('sha512').update(bytes).digest('hex') }
}

function optionsFor(archive: Uint8Array, more: Partial<RunOptions> = {}): RunOptions {
  return {
    file,
    published: {},
    stored: storedAs(archive),
    source: streamOf([archive]),
    walk: walkTarball,
    layout: 'top_folder',
    checks: [],
    limits,
    platform: webPlatform,
    ...more,
  }
}

function check(id: string, begin: (report: (code: string) => void) => CheckPass): Check {
  return {
    id,
    formats: 'all',
    codes: {},
    begin: ({ report }) => begin((code) => report({ code, message: `${code}.`, hint: 'Do something.' })),
  }
}

describe('the verdict', () => {
  test('a good archive is accepted, with its facts', async () => {
    const result = await runChecks(optionsFor(good))
    expect(result).toMatchObject({
      verdict: 'accepted',
      findings: [],
      counts: { error: 0, warning: 0, info: 0 },
      truncated: false,
      facts: { fileCount: 2, unpackedSizeBytes: 1019 },
      crashes: [],
    })
    expect(result.durationMs).toBeGreaterThanOrEqual(0)
    expect(result.startedAt).toMatch(/^\d{4}-.*Z$/)
  })

  test('an error rejects, a warning does not', async () => {
    const link = await runChecks(optionsFor(tarball().symlink('package/a', 'b').gzip()))
    expect(link.verdict).toBe('rejected')
    expect(link.findings).toMatchObject([{ code: 'archive_symlink', severity: 'error', path: 'package/a' }])
    const odd = await runChecks(optionsFor(tarball().file('package/aux.js').gzip()))
    expect(odd.verdict).toBe('accepted')
    expect(odd.findings).toMatchObject([{ code: 'archive_windows_name', severity: 'warning' }])
  })

  test('follows the policy of the registry', async () => {
    const archive = tarball().file('package/aux.js').gzip()
    const strict = await runChecks(optionsFor(archive, { policy: createPolicy({ archive_windows_name: 'error' }) }))
    expect(strict).toMatchObject({ verdict: 'rejected', counts: { error: 1 } })
    const silent = await runChecks(optionsFor(archive, { policy: createPolicy({ archive_windows_name: 'off' }) }))
    expect(silent).toMatchObject({ verdict: 'accepted', findings: [], counts: { warning: 0 }, truncated: false })
    const link = tarball().symlink('package/a', 'b').gzip()
    const lax = await runChecks(optionsFor(link, { policy: createPolicy({ archive_symlink: 'off' }) }))
    expect(lax.verdict).toBe('rejected')
  })

  test('a code that nobody judged rejects', async () => {
    const checks = [check('new', (report) => ({ end: () => report('never_heard_of') }))]
    expect(await runChecks(optionsFor(good, { checks }))).toMatchObject({ verdict: 'rejected' })
  })
})

describe('checks', () => {
  test('all see every file in one pass, in order, and what they find and learn comes back', async () => {
    const seen: string[] = []
    const spy = (id: string): Check => ({
      id,
      formats: ['npm'],
      codes: {},
      begin: ({ facts, published }) => ({
        entry: ({ path }) => {
          let length = 0
          return {
            chunk: (bytes) => {
              length += bytes.length
            },
            end: async () => void seen.push(`${id} ${path} ${length}`),
          }
        },
        end: () => {
          seen.push(`${id} end ${facts.fileCount}`)
          facts.manifest = { ...published, by: id }
        },
      }),
    })
    const result = await runChecks(optionsFor(good, { checks: [spy('a'), spy('b')], published: { name: 'x' } }))
    expect(seen).toEqual([
      'a package/package.json 19',
      'b package/package.json 19',
      'a package/index.js 1000',
      'b package/index.js 1000',
      'a end 2',
      'b end 2',
    ])
    expect(result.facts.manifest).toEqual({ name: 'x', by: 'b' })
  })

  test('checks of other formats are left out', async () => {
    const other: Check = { ...check('other', () => ({ end: () => expect.unreachable() })), formats: [] }
    expect(await runChecks(optionsFor(good, { checks: [other] }))).toMatchObject({ verdict: 'accepted' })
  })

  test('the end is not told when the archive could not be read', async () => {
    const checks = [check('end', (report) => ({ end: () => report('told') }))]
    const result = await runChecks(optionsFor(good.subarray(0, 50), { checks }))
    expect(result.findings.map(({ code }) => code)).toEqual(['gzip_truncated'])
  })

  const boom = () => {
    throw new Error('secret detail')
  }
  const crashing: Readonly<Record<string, CheckPass | undefined>> = {
    begin: undefined,
    entry: { entry: boom },
    chunk: { entry: () => ({ chunk: boom }) },
    'end of a file': {
      entry: () => ({ chunk: () => undefined, end: () => Promise.reject(new Error('secret detail')) }),
    },
    end: { end: boom },
  }
  test.each(Object.entries(crashing))(
    'one that throws in %s fails the version, once, and the others go on',
    async (_, pass) => {
      const broken = check('broken-one', () => pass ?? boom())
      const other = check('other', (report) => ({ end: () => report('archive_windows_name') }))
      const result = await runChecks(optionsFor(good, { checks: [broken, other] }))
      expect(result.verdict).toBe('failed')
      expect(result.findings.map(({ code }) => code)).toEqual(['check_crashed', 'archive_windows_name'])
      expect(result.findings[0]?.message).toContain('broken-one')
      expect(result.crashes).toMatchObject([{ check: 'broken-one', error: { message: 'secret detail' } }])
      expect(JSON.stringify(result.findings)).not.toContain('secret')
    },
  )

  test('a walker that throws, or stops without a reason, fails the version', async () => {
    const throwing: WalkArchive = async () => boom()
    const silent: WalkArchive = async () => ({ complete: false, fileCount: 0, unpackedSizeBytes: 0 })
    for (const walk of [throwing, silent]) {
      const result = await runChecks(optionsFor(good, { walk }))
      expect(result).toMatchObject({ verdict: 'failed', crashes: [{ check: 'archive' }] })
      expect(result.findings).toMatchObject([{ code: 'check_crashed' }])
    }
  })
})

describe('the stored file', () => {
  test.each([
    ['cut', good.subarray(0, -10)],
    ['longer', concat(good, new Uint8Array(70_000))],
    ['changed', npmTarball({ 'package.json': '{"name":"evil"}' })],
    ['gone', new Uint8Array(0)],
  ])('one that is %s in storage fails and does not blame the publisher', async (_, bytes) => {
    const result = await runChecks(optionsFor(good, { source: streamOf([bytes]) }))
    expect(result.verdict).toBe('failed')
    expect(result.findings[0]?.code).toBe('stored_file_changed')
  })

  test('one that is refused early is still read to its end, to prove that it is the one', async () => {
    const bad = concat(new Uint8Array([1, 2, 3]), good)
    const result = await runChecks(optionsFor(bad, { source: streamOf([bad.subarray(0, 20), bad.subarray(20)]) }))
    expect(result.verdict).toBe('rejected')
    expect(result.findings.map(({ code }) => code)).toEqual(['gzip_header_invalid'])
  })

  test('an endless one is not read to its end', async () => {
    let cancelled = false
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
      cancel: () => {
        cancelled = true
      },
    })
    expect(await runChecks(optionsFor(good, { source }))).toMatchObject({ verdict: 'failed' })
    expect(cancelled).toBe(true)
  })

  test('one that cannot be read makes the run throw: it is to be repeated', async () => {
    const error = new Error('storage is down')
    for (const before of [[], [good.subarray(0, 30)]]) {
      const queue = [...before]
      const source = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          const next = queue.shift()
          if (next === undefined) controller.error(error)
          else controller.enqueue(next)
        },
      })
      await expect(runChecks(optionsFor(good, { source }))).rejects.toBe(error)
    }
  })

  test('one that fails while the rest is read, after a refusal, makes the run throw too', async () => {
    const error = new Error('storage is down')
    const queue = [new Uint8Array(100)]
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const next = queue.shift()
        if (next === undefined) controller.error(error)
        else controller.enqueue(next)
      },
    })
    await expect(runChecks(optionsFor(good, { source }))).rejects.toBe(error)
  })
})

describe('time', () => {
  /** A clock whose waits end at once. */
  const impatient: Pick<Platform, 'now' | 'sleep'> = { now: () => 0, sleep: () => Promise.resolve() }

  test('a source that stalls fails the version, and is cancelled', async () => {
    let cancelled = false
    const source = new ReadableStream<Uint8Array>({
      pull: () => new Promise(() => undefined),
      cancel: () => {
        cancelled = true
      },
    })
    const result = await runChecks(optionsFor(good, { source, platform: impatient }))
    expect(result.verdict).toBe('failed')
    expect(result.findings).toMatchObject([
      { code: 'validation_timed_out', message: 'Validation took longer than 10 s.' },
    ])
    expect(cancelled).toBe(true)
  })

  test.each([
    ['an archive', (hang: () => Promise<void>) => ({ end: hang })],
    ['a file', (hang: () => Promise<void>) => ({ entry: () => ({ chunk: () => undefined, end: hang }) })],
  ])(
    'a check that never ends with %s fails the version, by its name',
    async (_, pass: (hang: () => Promise<void>) => CheckPass) => {
      const reached = Promise.withResolvers<void>()
      const hang = () => {
        reached.resolve()
        return new Promise<void>(() => undefined)
      }
      const checks = [check('quick', () => ({ end: async () => undefined })), check('slow', () => pass(hang))]
      // The time is over as soon as the check hangs, however busy the machine is
      const platform = { now: () => 0, sleep: () => reached.promise }
      const result = await runChecks(optionsFor(good, { checks, platform }))
      expect(result.verdict).toBe('failed')
      expect(result.findings).toMatchObject([
        { code: 'validation_timed_out', message: expect.stringContaining('waiting for the check "slow"') },
      ])
    },
  )

  test('the clock is stopped when the run is over', async () => {
    let signal: AbortSignal | undefined
    const sleep: Platform['sleep'] = (milliseconds, given) => {
      signal = given
      return webPlatform.sleep(milliseconds, given)
    }
    await runChecks(optionsFor(good, { platform: { now: () => 0, sleep } }))
    expect(signal?.aborted).toBe(true)
  })
})
