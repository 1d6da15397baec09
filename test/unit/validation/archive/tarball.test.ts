import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { gzipMember } from '../../../builders/gzip.ts'
import { npmTarball, tarball } from '../../../builders/tarball.ts'
import { walk } from './walking.ts'

describe('what real writers make is accepted:', () => {
  test('the shapes of npm packages', async () => {
    const long = `package/${'folder/'.repeat(20)}file.js`
    const archive = tarball()
      .pax({ comment: '3f1c…' }, 'global')
      .directory('package/')
      .file('package/package.json', '{"name":"a"}')
      .pax({ mtime: '499162500.5', path: 'package/index.js' })
      .file('package/index.js', 'x')
      .file(long, 'long')
      .file('package/日本語.md', 'text')
      .pax({ path: 'package/é.js' })
      .rawHeader({ name: 'PaxHeader', content: 'of tar-stream' })
      .rawHeader({ name: 'deep/file.js', prefix: 'package/deep', content: 'split' })
      .gnuLongName(`package/${'g'.repeat(150)}`)
      .rawHeader({ name: `package/${'g'.repeat(92)}`, content: 'gnu', magic: 'ustar  \0' })
      .gzip()
    const walked = await walk(archive)
    expect(walked.findings).toEqual([])
    expect(walked).toMatchObject({ complete: true, fileCount: 7, unpackedSizeBytes: 42 })
    expect(walked.contents).toEqual({
      'package/package.json': '{"name":"a"}',
      'package/index.js': 'x',
      [long]: 'long',
      'package/日本語.md': 'text',
      'package/é.js': 'of tar-stream',
      'package/deep/deep/file.js': 'split',
      [`package/${'g'.repeat(150)}`]: 'gnu',
    })
  })

  test('another top folder than "package", and a folder entry with a slash or without', async () => {
    const archive = tarball()
      .directory('left-pad')
      .file('left-pad/a')
      .rawHeader({ name: 'left-pad/b', type: '5' })
      .gzip()
    const { findings, entries } = await walk(archive)
    expect(findings).toEqual([])
    expect(entries.map(({ path, kind }) => [path, kind])).toEqual([
      ['left-pad', 'directory'],
      ['left-pad/a', 'file'],
      ['left-pad/b', 'directory'],
    ])
  })

  test('odd but clear fields: blank sizes of folders, padded numbers, NUL as the type, times in the prefix', async () => {
    const archive = tarball()
      .rawHeader({ name: 'package/d/', type: '5', size: '' })
      .file('package/a', 'abc', { size: '          3 ', mode: '000644 \0' })
      .file('package/b', 'abc', { size: '3\0\0\0\0\0\0\0\0\0\0\0', type: '\0' })
      .file('package/c', 'abc', { edit: (block) => block.set(Buffer.from('13703437101 13703437101 '), 476) })
      .file('package/e', '', { mode: 0o100644 })
      .gzip()
    const walked = await walk(archive)
    expect(walked.findings).toEqual([])
    expect(walked.fileCount).toBe(4)
    expect(walked.entries.find(({ path }) => path === 'package/e')?.mode).toBe(0o644)
  })

  test('a gzip header with all its fields', async () => {
    const options = { name: 'a.tar', comment: 'no', extra: new Uint8Array(9), headerChecksum: true } as const
    const { findings, contents } = await walk(tarball().file('package/a', 'x').gzip(options))
    expect(findings).toEqual([])
    expect(contents).toEqual({ 'package/a': 'x' })
  })

  test('a file whose size does not fit into the header, which has 0 there', async () => {
    // No such file is built: that its beginning is read for content shows which size counts
    const archive = tarball()
      .pax({ size: String(8 ** 11) })
      .rawHeader({ name: 'package/a', size: 0 })
      .file('b')
      .gzip()
    expect((await walk(archive)).errors).toEqual(['tar_truncated'])
  })

  test('names of a module of Perl, which are no drives, with a warning', async () => {
    const { errors, warnings } = await walk(npmTarball({ 'man/B::Deparse.3pm': '' }))
    expect({ errors, warnings }).toEqual({ errors: [], warnings: ['archive_windows_name'] })
  })

  const long = `package/${'d/'.repeat(60)}x.js`
  const hash = '2988452a618dc8ba3eff0d4db49454d7031253bb'
  test.each([
    ['git', long, `${hash}.data`],
    ['git of SHA-256', long, `${hash}${hash.slice(0, 24)}.data`],
    ['7-Zip', long, `@PathCut/_pc_crc32/6F4AD766/x.js`],
    ['tar-stream', long, 'PaxHeader'],
    ['Go', 'é/ünïcode-日本.txt', '/ncode-.txt'],
  ])('the name that %s writes where the real one does not fit', async (_, path, name) => {
    const { findings, entries } = await walk(tarball().pax({ path }).rawHeader({ name }).gzip())
    expect(findings).toEqual([])
    expect(entries.map((entry) => entry.path)).toEqual([path])
  })

  test('a record of 10 KB, filled up with zeros', async () => {
    const { findings } = await walk(
      tarball()
        .file('package/a')
        .zeros(10_240 - 512)
        .gzip({ endBlocks: 0 }),
    )
    expect(findings).toEqual([])
  })

  test('an archive without entries, and one with empty files', async () => {
    expect(await walk(tarball().gzip())).toMatchObject({ complete: true, findings: [], fileCount: 0 })
    expect(await walk(npmTarball({ a: '', b: '' }))).toMatchObject({ complete: true, findings: [], fileCount: 2 })
  })

  test('folders that differ in case and hold different files', async () => {
    const archive = tarball().file('package/Lib/a').file('package/lib/b').gzip()
    expect((await walk(archive)).findings).toEqual([])
  })

  test('names that are alike but different on every disk', async () => {
    const archive = npmTarball({
      'Straße.md': '',
      'STRASSE.txt': '',
      'a b.md': '',
      '@.js': '',
      '...': '',
      '.npmrc': '',
      'ab..': '',
    })
    expect((await walk(archive)).errors).toEqual([])
  })

  test('paths of a wheel, used as they are', async () => {
    const archive = tarball().file('setup.py').file('a/b').file('c/b').gzip()
    expect((await walk(archive, { layout: 'flat' })).findings).toEqual([])
  })
})

/** Every format that the tar of this machine can write; the names are long, not ASCII, or both. */
describe.skipIf(!hasGnuTar())('GNU tar', () => {
  test.each(['gnu', 'pax', 'ustar', 'posix'])('--format=%s is accepted', async (format) => {
    const folder = mkdtempSync(join(tmpdir(), 'deckle-tar-'))
    try {
      const deep = join('package', 'd'.repeat(90), 'e'.repeat(90))
      execFileSync('mkdir', ['-p', join(folder, deep)])
      writeFileSync(join(folder, 'package', 'package.json'), '{}')
      writeFileSync(join(folder, deep, 'long.js'), 'long')
      if (format !== 'ustar') writeFileSync(join(folder, deep, 'x'.repeat(120)), 'longer')
      writeFileSync(join(folder, 'package', 'é.js'), 'letters')
      const made = execFileSync('tar', [`--format=${format}`, '-c', 'package'], { cwd: folder })
      const walked = await walk(gzipMember(made))
      expect(walked.findings).toEqual([])
      expect(walked.fileCount).toBe(format === 'ustar' ? 3 : 4)
      expect(walked.contents['package/package.json']).toBe('{}')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

function hasGnuTar(): boolean {
  try {
    return execFileSync('tar', ['--version'], { encoding: 'utf8' }).includes('GNU tar')
  } catch {
    return false
  }
}
