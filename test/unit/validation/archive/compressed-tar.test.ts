import { execFileSync } from 'node:child_process'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTarWalker } from '../../../../src/validation/archive/tarball.ts'
import { archiveLimits } from '../../../../src/validation/archive/walk.ts'
import { decompressXz } from '../../../../src/validation/archive/xz.ts'
import { concat, gzipMember } from '../../../builders/gzip.ts'
import { type TarballBuilder, tarball } from '../../../builders/tarball.ts'
import { xzStream } from '../../../builders/xz.ts'
import { skippableFrame, zstdFrame } from '../../../builders/zstd.ts'
import { plainTar, splitAt, tarGzip, tarXz, tarZstd, walk, walkChunks } from './walking.ts'

/** As `tar -c .` makes it, with links that stay inside. */
const tar = tarball()
  .directory('./')
  .directory('./d')
  .file('./d/a', 'text '.repeat(200))
  .symlink('./d/link', '../d/a')
  .hardlink('./hard', 'd/a')
  .hardlink('./harder', './d/a')
  .symlink('./dangling', 'not/there')
  .tar()
const contents = { 'd/a': 'text '.repeat(200) }

const shapes = {
  'plain tar': [plainTar, tar],
  'tar.gz': [tarGzip, gzipMember(tar)],
  'tar.gz of several members': [tarGzip, concat(gzipMember(tar.subarray(0, 700)), gzipMember(tar.subarray(700)))],
  'tar.zst': [tarZstd, zstdCompressSync(tar)],
  'tar.zst of several frames': [
    tarZstd,
    concat(skippableFrame(new Uint8Array(9)), zstdFrame(tar.subarray(0, 700)), zstdCompressSync(tar.subarray(700))),
  ],
  'tar.xz': [tarXz, xzStream(tar)],
  'tar.xz of several streams': [tarXz, concat(xzStream(tar.subarray(0, 700)), xzStream(tar.subarray(700)))],
} as const

describe.each(Object.entries(shapes))('%s', (_, [settings, archive]) => {
  test('is accepted, however the bytes arrive', async () => {
    const whole = await walk(archive, settings)
    expect(whole).toMatchObject({ complete: true, findings: [], contents })
    expect(
      await walkChunks(
        Array.from(archive, (byte) => Uint8Array.of(byte)),
        settings,
      ),
    ).toEqual(whole)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 8 }), async (cuts) => {
        expect(await walkChunks(splitAt(archive, cuts), settings)).toEqual(whole)
      }),
      { numRuns: 20 },
    )
  })

  test('is refused when it was cut, wherever', async () => {
    for (let length = 0; length < archive.length; length += 7) {
      // The end marker of tar may be short, and is then a warning
      const { findings } = await walk(archive.subarray(0, length), settings)
      expect(findings, `${length} bytes`).not.toEqual([])
    }
  })

  test('never throws when bytes were changed', async () => {
    const change = fc.tuple(fc.nat({ max: archive.length - 1 }), fc.integer({ min: 1, max: 255 }))
    await fc.assert(
      fc.asyncProperty(change, async ([place, difference]) => {
        const bytes = archive.slice()
        bytes[place] = (bytes[place] ?? 0) ^ difference
        const walked = await walk(bytes, settings)
        if (!walked.complete) expect(walked.errors).not.toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

const folder = `${'d/'.repeat(60)}a`
test.each([
  ['GNU tar', folder, folder.slice(0, 100)],
  ['git', folder, 'see 2988452a618dc8ba3eff0d4db49454d7031253bb.paxheader'],
  ['bsdtar', folder, '././@LongSymLink'],
  ['tar-stream', folder, 'PaxHeader'],
  ['Python', 'é', '?'],
  ['GNU tar, of a folder above', `../${folder}`, `../${folder}`.slice(0, 100)],
])('the target that %s writes where the real one does not fit is accepted', async (_, linkpath, linkName) => {
  const archive = tarball().pax({ linkpath }).rawHeader({ name: 'l/b', type: '2', linkName }).tar()
  expect((await walk(archive, plainTar)).findings).toEqual([])
})

test('files that differ only in case are two where case counts, which links are not', async () => {
  const twins = tarball().file('h/xt_mark', '1').file('h/xt_MARK', '2').hardlink('hard', 'h/xt_MARK')
  const walked = await walk(twins.tar(), plainTar)
  expect(walked).toMatchObject({ errors: [], warnings: ['archive_case_twins'] })
  expect(walked.contents).toEqual({ 'h/xt_mark': '1', 'h/xt_MARK': '2' })
  const errorsOf = async (archive: TarballBuilder) => (await walk(archive.tar(), plainTar)).errors
  const files = () => tarball().file('h/É', '1').file('h/é', '2')
  expect(await errorsOf(files().file('h/é', '3'))).toEqual(['archive_duplicate_path'])
  expect(await errorsOf(files().file('h/e\u0301', '3'))).toEqual(['archive_duplicate_path'])
  expect(await errorsOf(files().symlink('H/é', 'x'))).toEqual(['archive_case_collision'])
  expect(await errorsOf(tarball().symlink('h', 'x').file('H', '3'))).toEqual(['archive_case_collision'])
  expect(await errorsOf(tarball().symlink('h', 'x').file('H/a', '3'))).toEqual(['archive_file_as_directory'])
})

test('a dot in front means nothing where paths are used as they are, and is refused where the first folder is dropped', async () => {
  expect((await walk(tar, plainTar)).entries.map(({ path }) => path)).toEqual(['d', 'd/a'])
  expect((await walk(tar, { ...plainTar, layout: 'top_folder' })).errors).toContain('archive_dot_segment')
})

test('xz files are unpacked one after another, also when one of them is given up', async () => {
  const broken = walk(xzStream(tar).subarray(0, 300), tarXz)
  const small = walk(xzStream(tar), { ...tarXz, limits: { unpackedBytes: 600 } })
  const good = walk(xzStream(tar), tarXz)
  expect((await broken).errors).toEqual(['xz_truncated'])
  expect((await small).errors).toEqual(['archive_unpacked_too_large'])
  expect((await good).findings).toEqual([])
})

test('a source that breaks off while xz is unpacked is told as it is, and the next file is unpacked', async () => {
  const archive = xzStream(tar)
  let given = false
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (given) throw new Error('connection lost')
      given = true
      controller.enqueue(archive.subarray(0, 100))
    },
  })
  const walker = createTarWalker(decompressXz, 'inside')

  const options = { sizeBytes: archive.length, layout: 'flat', limits: archiveLimits } as const
  const walking = walker(source, options, { entry: () => undefined, report: () => undefined })
  await expect(walking).rejects.toThrow('connection lost')
  expect((await walk(archive, tarXz)).findings).toEqual([])
})

describe.each([
  ['xz', tarXz, ['-6', '-9', '-0', '-T2 --block-size=1000']],
  ['zstd', tarZstd, ['-3', '-19', '--long=27', '--no-check']],
] as const)('the %s of this machine', (command, settings, options) => {
  test.skipIf(!isInstalled(command)).each(options)('%s is accepted', async (option) => {
    const archive = execFileSync(command, ['-c', ...option.split(' ')], { input: tar })
    expect(await walk(archive, settings)).toMatchObject({ complete: true, findings: [], contents })
  })
})

function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'])
    return true
  } catch {
    return false
  }
}
