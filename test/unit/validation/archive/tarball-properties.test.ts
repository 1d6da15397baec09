import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { walkTarball } from '../../../../src/validation/archive/tarball.ts'
import { archiveLimits, type WalkOptions } from '../../../../src/validation/archive/walk.ts'
import type { Finding } from '../../../../src/validation/check.ts'
import { gzipMember } from '../../../builders/gzip.ts'
import { npmTarball, tarball } from '../../../builders/tarball.ts'
import { hostileEntries } from './hostile-entries.ts'
import { hostileFiles } from './hostile-files.ts'
import { hostileStreams } from './hostile-streams.ts'
import { hostileZips } from './hostile-zips.ts'
import { splitAt, streamOf, walk, walkChunks } from './walking.ts'

const places = fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 12 })
const contents = fc.uint8Array({ maxLength: 3000 })
const segment = fc.stringMatching(/^[a-z0-9é日]{1,20}$/)
const files = fc.dictionary(segment, contents, { maxKeys: 12, noNullPrototype: true })

describe('the walker', () => {
  test('gives back what was packed', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 0, max: 9 }), async (packed, level) => {
        const builder = tarball()
        for (const [path, content] of Object.entries(packed)) builder.file(`package/${path}`, content)
        const walked = await walk(builder.gzip({ level }))
        const expected = Object.entries(packed).map(([path, content]) => [`package/${path}`, latin1(content)])
        expect(walked.findings).toEqual([])
        expect(walked.contents).toEqual(Object.fromEntries(expected))
      }),
      { numRuns: 60 },
    )
  })

  test('sees the same however the bytes arrive', async () => {
    const good = npmTarball({
      'package.json': '{"name":"a"}',
      'lib/index.js': 'x'.repeat(5000),
      [`${'d/'.repeat(40)}é`]: 'y',
    })
    const whole = await walk(good)
    await fc.assert(
      fc.asyncProperty(places, async (cuts) => {
        expect(await walkChunks(splitAt(good, cuts))).toEqual(whole)
      }),
      { numRuns: 60 },
    )
    expect(await walkChunks(Array.from(good, (byte) => Uint8Array.of(byte)))).toEqual(whole)
  })

  test('sees the same of hostile archives however the bytes arrive', async () => {
    // In damaged data, what is found before the damage depends on how much is decompressed at once
    const all = [...hostileEntries, ...hostileFiles, ...hostileStreams, ...hostileZips]
    const hostile = all.filter(({ code }) => !code.endsWith('_data_invalid') && !code.startsWith('xz_'))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...hostile), places, async ({ archive, settings }, cuts) => {
        expect(await walkChunks(splitAt(archive, cuts), settings)).toEqual(await walk(archive, settings))
      }),
      { numRuns: 300 },
    )
  })

  test('never throws, whatever it is given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4000 }), async (bytes) => {
        expect((await walk(bytes)).errors.length).toBeGreaterThan(0)
        await walk(gzipMember(bytes))
      }),
      { numRuns: 100 },
    )
  })

  test('never throws on a tar archive in which bytes were changed', async () => {
    const changes = fc.array(fc.tuple(fc.nat({ max: 8000 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 })
    const tar = tarball()
      .pax({ path: 'package/é', mtime: '1' })
      .rawHeader({ name: 'package/', content: 'x'.repeat(700) })
      .gnuLongName(`package/${'g'.repeat(150)}`)
      .rawHeader({ name: `package/${'g'.repeat(92)}`, content: 'gnu' })
      .directory('package/d')
      .symlink('package/l', 'x')
      .tar()
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async (edits, repairs) => {
        const bytes = tar.slice()
        for (const [place, value] of edits) bytes[place % bytes.length] = value
        if (repairs) repairChecksums(bytes)
        const walked = await walk(gzipMember(bytes, { level: 1 }))
        if (!walked.complete) expect(walked.errors.length).toBeGreaterThan(0)
      }),
      { numRuns: 400 },
    )
  })

  test('never throws on a gzip file in which bytes were changed, and never accepts it changed', async () => {
    const good = npmTarball({ 'package.json': '{"name":"a"}', 'index.js': 'x'.repeat(500) })
    const whole = await walk(good)
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const bytes = good.slice()
        bytes[place] = (bytes[place] ?? 0) ^ change
        const walked = await walk(bytes)
        // Time, extra flags and system in the header say nothing about the contents
        if (walked.errors.length === 0) expect(walked.contents).toEqual(whole.contents)
      }),
      { numRuns: 300 },
    )
  })

  test('stops a bomb at the limit: not a byte of it is shown beyond that', async () => {
    const bomb = tarball().file('package/zeros', new Uint8Array(12_000_000)).gzip()
    let shown = 0
    const findings: Finding[] = []
    const summary = await walkTarball(streamOf([bomb]), options(bomb.length), {
      report: (finding) => findings.push(finding),
      entry: () => ({
        chunk: (bytes) => {
          shown += bytes.length
        },
      }),
    })
    expect(findings.map(({ code }) => code)).toEqual(['archive_ratio_too_high'])
    expect(summary.complete).toBe(false)
    expect(shown).toBe(archiveLimits.ratioFromBytes - 512)
  })

  test('takes no more than linear time for names and records that are made to be slow', async () => {
    const slow = ['/'.repeat(200_000), `${'/'.repeat(200_000)}x`, 'a/'.repeat(100_000), ' '.repeat(200_000)]
    const started = performance.now()
    for (const path of slow) {
      await walk(tarball().pax({ path }).rawHeader({ name: 'package/x' }).gzip())
      await walk(tarball().gnuLongName(path).rawHeader({ name: 'package/x' }).gzip())
      await walk(
        tarball()
          .pax({ comment: path.replaceAll('/', '\n') })
          .file('package/x')
          .gzip(),
      )
      await walk(tarball().rawPax(path).file('package/x').gzip())
    }
    expect(performance.now() - started).toBeLessThan(5000)
  })

  test('cancels the source as soon as nothing can be read any more', async () => {
    const { source, state } = endless(new Uint8Array(64 * 1024))
    const summary = await walkTarball(source, options(1e9), { entry: () => undefined, report: () => undefined })
    expect(summary.complete).toBe(false)
    expect(state).toEqual({ pulled: 1, cancelled: true })
  })

  test('reads at most a few chunks ahead of a check that is not done with a file', async () => {
    const random = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 2654435761) >>> 13))
    const archive = tarball().file('package/a', 'x').file('package/b', random).gzip({ level: 0 })
    const chunks = splitAt(
      archive,
      Array.from({ length: 300 }, (_, index) => index * 10_000),
    )
    let pulled = 0
    const counted = streamOf(
      chunks.values().map((chunk) => {
        pulled += chunk.length
        return chunk
      }),
    )
    let pulledWhileWaiting = 0
    await walkTarball(counted, options(archive.length), {
      report: () => undefined,
      entry: ({ path }) =>
        path !== 'package/a'
          ? undefined
          : {
              chunk: () => undefined,
              end: async () => {
                await new Promise((resolve) => setTimeout(resolve, 50))
                pulledWhileWaiting = pulled
              },
            },
    })
    expect(pulledWhileWaiting).toBeLessThan(300_000)
    expect(pulled).toBe(archive.length)
  })

  test('throws what the source throws', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: () => {
        throw new Error('connection lost')
      },
    })
    const walking = walkTarball(broken, options(1), { entry: () => undefined, report: () => undefined })
    await expect(walking).rejects.toThrow('connection lost')
    const good = npmTarball({ a: 'x' })
    let given = false
    const brokenLater = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (given) throw new Error('connection lost later')
        given = true
        controller.enqueue(good.subarray(0, 40))
      },
    })
    const walkingLater = walkTarball(brokenLater, options(1), { entry: () => undefined, report: () => undefined })
    await expect(walkingLater).rejects.toThrow('connection lost later')
  })
})

function options(sizeBytes: number): WalkOptions {
  return { sizeBytes, layout: 'top_folder', limits: archiveLimits }
}

function endless(chunk: Uint8Array) {
  const state = { pulled: 0, cancelled: false }
  const source = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        state.pulled += 1
        controller.enqueue(chunk)
      },
      cancel: () => {
        state.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { source, state }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

/** Makes every block that could be a header one whose checksum holds, so that changes reach what lies behind it. */
function repairChecksums(bytes: Uint8Array): void {
  for (let start = 0; start + 512 <= bytes.length; start += 512) {
    const block = bytes.subarray(start, start + 512)
    if (!Buffer.from(block.subarray(257, 262)).equals(Buffer.from('ustar'))) continue
    block.fill(0x20, 148, 156)
    const sum = block.reduce((total, byte) => total + byte, 0)
    block.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
  }
}
