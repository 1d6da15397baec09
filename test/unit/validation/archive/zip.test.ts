import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { downloadZip } from 'client-zip'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { archiveLimits } from '../../../../src/validation/archive/walk.ts'
import { createZipWalker } from '../../../../src/validation/archive/zip.ts'
import type { Finding } from '../../../../src/validation/check.ts'
import { extraField, zip, zip64Field } from '../../../builders/zip.ts'
import { splitAt, streamOf, walk, walkChunks, zipFile } from './walking.ts'

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
const walkZip = createZipWalker('inside')

/** A bit of everything that real writers make. */
const everything = zip()
  .file('a.txt', 'text')
  .file('stored', 'x'.repeat(3000), { method: 0 })
  .directory('d/')
  .file('d/é.txt', 'letters')
  .file('d/marked-é', 'letters', { flags: 0, extra: extraField(0x7075, Buffer.from('\x01\0\0\0\0d/marked-é')) })
  .file('streamed', 'y'.repeat(900), { descriptor: true })
  .file('streamed-and-stored', 'PK\x07\x08 and more', { descriptor: true, method: 0 })
  .file('large', 'z', { zip64: true })
  .file('large-and-streamed', 'z', { zip64: true, descriptor: true })
  .file('times', 't', { extra: extraField(0x5455, new Uint8Array(5)), comment: 'a comment' })
  .file('repeated', 'r', { local: { extra: zip64Field(1, 3) } })
  .symlink('d/link', '../a.txt')
  .file('empty', '', { method: 0 })
  .reversed()
  .zip({ comment: 'of the whole', zip64: {}, entries: 0xffff, directoryOffset: 0xffffffff })

describe('what real writers make is accepted:', () => {
  test('the shapes of zip files', async () => {
    const walked = await walk(everything, zipFile)
    expect(walked.findings).toEqual([])
    expect(walked).toMatchObject({ complete: true, fileCount: 12 })
    expect(walked.entries).toContainEqual({ path: 'd', kind: 'directory', sizeBytes: 0, mode: 0o755 })
    expect(walked.contents['streamed-and-stored']).toBe('PK\x07\x08 and more')
    expect(walked.contents['d/é.txt']).toBe(latin1(Buffer.from('letters')))
    expect(Object.keys(walked.contents)).not.toContain('d/link')
  })

  test('a zip file without entries', async () => {
    expect(await walk(zip().zip(), zipFile)).toMatchObject({ complete: true, findings: [], fileCount: 0 })
  })

  test('a zip file inside of a zip file, which is not opened', async () => {
    const inner = zip().file('../evil', 'x').zip()
    const walked = await walk(zip().file('inner.zip', inner, { method: 0 }).zip(), zipFile)
    expect(walked.findings).toEqual([])
    expect(walked.contents).toEqual({ 'inner.zip': latin1(inner) })
  })

  test('a folder of which the writer knew no mode', async () => {
    const { findings, entries } = await walk(zip().directory('META-INF/', { mode: 0xffff }).zip(), zipFile)
    expect(findings).toEqual([])
    expect(entries).toEqual([{ path: 'META-INF', kind: 'directory', sizeBytes: 0, mode: 0 }])
  })

  test('names that do not say that they are UTF-8, with a warning', async () => {
    const { errors, warnings, contents } = await walk(zip().file('é', 'x', { flags: 0 }).zip(), zipFile)
    expect({ errors, warnings, contents }).toEqual({
      errors: [],
      warnings: ['zip_name_encoding'],
      contents: { é: 'x' },
    })
  })

  test.each(['a.txt', './a.txt', '../a.txt'])('a link to %s', async (target) => {
    expect((await walk(zip().symlink('d/e', target).zip(), zipFile)).findings).toEqual([])
  })

  test('whatever client-zip writes', async () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9é日]{1,20}$/), { maxLength: 8 })
    const content = fc.uint8Array({ maxLength: 3000 })
    await fc.assert(
      fc.asyncProperty(names, content, async (paths, input) => {
        const archive = await downloadZip(paths.map((name) => ({ name: `d/${name}`, input }))).arrayBuffer()
        const walked = await walk(new Uint8Array(archive), zipFile)
        expect(walked.findings).toEqual([])
        expect(walked.contents).toEqual(Object.fromEntries(paths.map((name) => [`d/${name}`, latin1(input)])))
      }),
      { numRuns: 50 },
    )
  })
})

describe.skipIf(!hasZip())('zip of Info-ZIP', () => {
  test.each(['-qry a.zip d', '-qry0 a.zip d', '-qry -fz a.zip d', '-q - d/a'])(
    'zip %s is accepted',
    async (options) => {
      const folder = mkdtempSync(join(tmpdir(), 'deckle-zip-'))
      try {
        mkdirSync(join(folder, 'd'))
        writeFileSync(join(folder, 'd', 'a'), 'text '.repeat(100))
        symlinkSync('a', join(folder, 'd', 'link'))
        const streamed = execFileSync('zip', options.split(' '), { cwd: folder })
        const archive = streamed.length > 0 ? streamed : readFileSync(join(folder, 'a.zip'))
        const { findings, contents } = await walk(archive, zipFile)
        expect(findings).toEqual([])
        expect(contents).toEqual({ 'd/a': 'text '.repeat(100) })
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )
})

describe('the zip walker', () => {
  test('sees the same however the bytes arrive', async () => {
    const whole = await walk(everything, zipFile)
    const places = fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(places, async (cuts) => {
        expect(await walkChunks(splitAt(everything, cuts), zipFile)).toEqual(whole)
      }),
      { numRuns: 60 },
    )
    expect(
      await walkChunks(
        Array.from(everything, (byte) => Uint8Array.of(byte)),
        zipFile,
      ),
    ).toEqual(whole)
  })

  test('refuses a zip file that was cut, wherever', async () => {
    for (let length = 0; length < everything.length; length++) {
      expect((await walk(everything.subarray(0, length), zipFile)).errors, `${length} bytes`).not.toEqual([])
    }
  })

  test('never throws on a zip file in which bytes were changed, and never accepts other contents', async () => {
    const whole = await walk(everything, zipFile)
    const changes = fc.array(fc.tuple(fc.nat({ max: everything.length - 1 }), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    })
    await fc.assert(
      fc.asyncProperty(changes, async (edits) => {
        const bytes = everything.slice()
        for (const [place, change] of edits) bytes[place] = (bytes[place] ?? 0) ^ change
        const walked = await walk(bytes, zipFile)
        // Times, comments and permissions say nothing about the contents; a mode can make a link of a file, and the reverse
        if (walked.errors.length === 0) {
          expect({ ...whole.contents, 'd/link': '../a.txt' }).toMatchObject(walked.contents)
          expect(walked.fileCount).toBe(whole.fileCount)
        }
        if (!walked.complete) expect(walked.errors).not.toEqual([])
      }),
      { numRuns: 1000, examples: [[[[4068, 32]]]] },
    )
  })

  test('never throws, whatever it is given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect((await walk(bytes, zipFile)).errors.length).toBeGreaterThan(0)
      }),
      { numRuns: 100 },
    )
  })

  test('does not show what it refuses', async () => {
    const archive = zip().file('a', '1').file('../b', '2').symlink('c', '/').file('a', '3').file('d', '4', { flags: 1 })
    const { contents, complete } = await walk(archive.zip(), zipFile)
    expect({ contents, complete }).toEqual({ contents: { a: '1' }, complete: true })
  })

  test('refuses all links where the rule says so', async () => {
    const settings = { ...zipFile, walker: createZipWalker('refused') }
    expect((await walk(zip().symlink('b', 'a').zip(), settings)).errors).toEqual(['archive_symlink'])
  })

  test('refuses a file that ends while it is read, although it is whole where it is stored', async () => {
    const archive = zip().file('a', 'x'.repeat(100)).zip()
    const { codes } = await walkStored(archive.subarray(0, 20), archive)
    expect(codes).toEqual(['zip_truncated'])
  })

  test('does not judge a file that is another one where it is stored', async () => {
    const [one, other] = [zip().file('a').zip({ comment: '1' }), zip().file('a').zip({ comment: '2' })]
    await expect(walkStored(one, other)).rejects.toThrow('changed')
  })

  test('throws what reading from the storage throws', async () => {
    const options = { ...archiveOptions(99), readAt: () => Promise.reject(new Error('connection lost')) }
    await expect(walkZip(streamOf([]), options, { entry: () => undefined, report: () => undefined })).rejects.toThrow(
      'connection lost',
    )
  })
})

const archiveOptions = (sizeBytes: number) => ({ sizeBytes, layout: 'flat', limits: archiveLimits }) as const

async function walkStored(streamed: Uint8Array, stored: Uint8Array) {
  const findings: Finding[] = []
  const readAt = async (offset: number, length: number) => stored.subarray(offset, offset + length)
  const visitor = { entry: () => undefined, report: (finding: Finding) => findings.push(finding) }
  await walkZip(streamOf([streamed]), { ...archiveOptions(stored.length), readAt }, visitor)
  return { codes: findings.map(({ code }) => code) }
}

function hasZip(): boolean {
  try {
    return execFileSync('zip', ['-v'], { encoding: 'utf8' }).includes('Info-ZIP')
  } catch {
    return false
  }
}
