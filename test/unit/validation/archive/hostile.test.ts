import { describe, expect, test } from 'vitest'
import { archiveCodes } from '../../../../src/validation/archive/codes.ts'
import { createFindingLog } from '../../../../src/validation/finding-log.ts'
import { severityOf } from '../../../../src/validation/policy.ts'
import { concat, gzipMember } from '../../../builders/gzip.ts'
import { tarball } from '../../../builders/tarball.ts'
import { hostileEntries } from './hostile-entries.ts'
import { hostileFiles } from './hostile-files.ts'
import { hostileStreams } from './hostile-streams.ts'
import { hostileZips } from './hostile-zips.ts'
import { walk } from './walking.ts'

const hostileArchives = [...hostileEntries, ...hostileFiles, ...hostileStreams, ...hostileZips]

describe('a hostile archive is refused:', () => {
  test.each(hostileArchives.map((hostile) => [`${hostile.name} (${hostile.code})`, hostile] as const))(
    '%s',
    async (_, { archive, code, path, settings }) => {
      const walked = await walk(archive, settings)
      const log = createFindingLog(100)
      for (const finding of walked.findings) log.add(finding)
      const found = log.read().findings.filter((finding) => finding.code === code)
      expect(walked.errors).toContain(code)
      if (path !== undefined) {
        expect(found.map((finding) => finding.path)).toContain(path)
        expect(found.some(({ message }) => message.includes(path.slice(0, 60)))).toBe(true)
      }
      for (const { message, hint } of found) {
        expect(message).toMatch(/^[^\p{Cc}]+\.$/u)
        expect(hint).toMatch(/^[^\p{Cc}]+\.$/u)
      }
    },
  )

  test('every code that refuses an archive has one here', () => {
    const shown = new Set<string>(hostileArchives.map(({ code }) => code))
    const missing = Object.keys(archiveCodes).filter((code) => severityOf(code) === 'error' && !shown.has(code))
    // Of these three, kinds.test.ts and zip.test.ts have one
    expect(missing).toEqual(['archive_kind_differs', 'archive_kind_unknown', 'zip_truncated'])
  })
})

test('what is refused is not shown to checks', async () => {
  const archive = tarball()
    .file('package/package.json', '{}')
    .file('package/../evil.js', 'x')
    .symlink('package/link', 'x')
    .file('package/package.json', 'again')
    .gzip()
  const { contents, complete } = await walk(archive)
  expect(complete).toBe(true)
  expect(contents).toEqual({ 'package/package.json': '{}' })
})

test('several things are reported of one archive', async () => {
  const archive = tarball().symlink('package/../a', '/etc/passwd').fifo('C:\\b').file('package/ok', 'x').gzip()
  const { errors, contents } = await walk(archive)
  expect(new Set(errors)).toEqual(
    new Set(['archive_symlink', 'archive_parent_path', 'archive_fifo', 'archive_backslash', 'archive_drive_letter']),
  )
  expect(contents).toEqual({ 'package/ok': 'x' })
})

test('an archive that is merely odd is accepted with warnings', async () => {
  const archive = tarball()
    .file('package/package.json', '{}', { mode: 0o4755 })
    .file('other/aux.js', 'x')
    .file('package/zero\u200bwidth', 'x')
    .file('package/\ufb01', 'x')
    .file('package/fi', 'x')
    .file('package/./dist/index.js', 'x')
    .file('package/dist/index.js', 'x')
    .gzip({ endBlocks: 1 })
  const { errors, warnings, fileCount, contents } = await walk(concat(archive, new Uint8Array(700)))
  expect(errors).toEqual([])
  expect(warnings).toEqual([
    'archive_setuid',
    'archive_windows_name',
    'archive_several_top_folders',
    'archive_invisible_character',
    'archive_compatibility_collision',
    'archive_inner_dot_segment',
    'archive_repeated_file',
    'gzip_trailing_zeros',
    'tar_end_short',
  ])
  expect(contents['package/dist/index.js']).toBe('x')
  expect(fileCount).toBe(7)
})

test.each([
  'con',
  'PRN.txt',
  'aux.js',
  'nul',
  'Com1.log',
  'lpt9',
  'com\u00b9',
  'a.',
  'a ',
  'b./a',
  'a?',
  'a|b',
  '"',
  'a*',
])('a name that Windows does not allow is a warning: %j', async (name) => {
  const { errors, warnings } = await walk(tarball().file(`package/${name}`).gzip())
  expect({ errors, warnings }).toEqual({ errors: [], warnings: ['archive_windows_name'] })
})

test.each(['console', 'com', 'com10', 'aux-js', '.a', 'a b', 'nul_'])('Windows allows %j', async (name) => {
  expect((await walk(tarball().file(`package/${name}`).gzip())).findings).toEqual([])
})

test.each([0o4755, 0o2755, 0o6644])('setuid and setgid bits are a warning: mode %o', async (mode) => {
  const { errors, warnings } = await walk(tarball().file('package/a', 'x', { mode }).gzip())
  expect({ errors, warnings }).toEqual({ errors: [], warnings: ['archive_setuid'] })
})

test('three top folders are one warning, and a global header that names nothing is none', async () => {
  const archive = tarball().pax({ comment: 'a commit' }, 'global').file('a/x').file('b/y').file('c/z').gzip()
  const { errors, warnings } = await walk(archive)
  expect({ errors, warnings }).toEqual({ errors: [], warnings: ['archive_several_top_folders'] })
})

// Some seconds of work, and more where other tests have the processors
test('an archive of 200,000 files is refused with the limits of the product', { timeout: 90_000 }, async () => {
  const { errors, complete } = await walk(manyEmptyFiles(200_000))
  expect(errors).toEqual(['archive_too_many_entries'])
  expect(complete).toBe(false)
})

/** One header again and again with another number in its name: built in place, for the builder is slow at this. */
function manyEmptyFiles(count: number): Uint8Array {
  const header = tarball().file('package/000000').tar({ endBlocks: 0 })
  const name = 'package/'.length
  const digits = new TextEncoder()
  const sumOf = (block: Uint8Array) => block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0)
  const archive = new Uint8Array((count + 2) * 512)
  for (let index = 0; index < count; index++) {
    const block = archive.subarray(index * 512, (index + 1) * 512)
    block.set(header)
    block.set(digits.encode(String(index).padStart(6, '0')), name)
    block.set(digits.encode(`${sumOf(block).toString(8).padStart(6, '0')}\0 `), 148)
  }
  return gzipMember(archive)
}
