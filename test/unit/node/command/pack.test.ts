import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { chooseWalker } from '../../../../src/generic/kinds.ts'
import type { Context } from '../../../../src/node/command/context.ts'
import { packFolder } from '../../../../src/node/command/upload/pack.ts'
import { type Packing, packings } from '../../../../src/node/command/upload/packing.ts'
import {
  centralRecord,
  dataDescriptor,
  endRecords,
  localHeader,
} from '../../../../src/node/command/upload/zip-records.ts'
import { walk } from '../../validation/archive/walking.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-pack-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Packs a folder below, and gives where it went. */
async function pack(name: string, packing: Packing, add: (bytes: number) => void = () => undefined): Promise<string> {
  const stage = { add, end: () => undefined }
  const context = { progress: { begin: () => stage }, signal: new AbortController().signal } as unknown as Context
  const into = join(folder, `${name}.${packing}`)
  await packFolder(context, join(folder, name), packing, into)
  return into
}

test.each(packings)('%s: the same files are the same bytes, whoever packs them when', async (packing) => {
  const [one, two] = await Promise.all(
    ['one', 'two'].map(async (name) => {
      const isOne = name === 'one'
      mkdirSync(join(folder, name, '.git'), { recursive: true })
      writeFileSync(join(folder, name, '.git/HEAD'), name)
      // Made in another order, with other rights and times
      if (isOne) mkdirSync(join(folder, name, 'below'))
      writeFileSync(join(folder, name, '@a.txt'), 'a')
      if (!isOne) mkdirSync(join(folder, name, 'below'))
      writeFileSync(join(folder, name, 'below/b.txt'), 'b', { mode: isOne ? 0o600 : 0o644 })
      symlinkSync('below/b.txt', join(folder, name, 'link'))
      utimesSync(join(folder, name, '@a.txt'), 1, isOne ? 2 : 3)
      return readFileSync(await pack(name, packing))
    }),
  )
  expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true)
})

test.each(packings)('%s: validation finds what is in the folder, and nothing against it', async (packing) => {
  mkdirSync(join(folder, 'data/below'), { recursive: true })
  writeFileSync(join(folder, 'data/below/é.txt'), 'b'.repeat(300_000))
  writeFileSync(join(folder, 'data/below.txt'), '')
  writeFileSync(join(folder, 'data/run.sh'), 'true')
  chmodSync(join(folder, 'data/run.sh'), 0o700)
  symlinkSync('../run.sh', join(folder, 'data/below/link'))
  let packedBytes = 0
  const path = await pack('data', packing, (bytes) => {
    packedBytes += bytes
  })
  const walked = await walk(readFileSync(path), { walker: chooseWalker(path), layout: 'flat' })
  expect(walked.findings).toEqual([])
  expect(walked.fileCount).toBe(4)
  expect(walked.entries.map(({ path: name, kind, mode }) => [name, kind, mode])).toEqual([
    ['below/é.txt', 'file', 0o644],
    ['below.txt', 'file', 0o644],
    ['run.sh', 'file', 0o755],
  ])
  expect(walked.contents).toMatchObject({ 'below/é.txt': 'b'.repeat(300_000), 'below.txt': '', 'run.sh': 'true' })
  expect(packedBytes).toBe(300_004)
})

test('a folder with nothing in it is no package', async () => {
  mkdirSync(join(folder, 'none/.git'), { recursive: true })
  await expect(pack('none', 'zip')).rejects.toMatchObject({ kind: 'file', details: { code: 'folder_empty' } })
})

test.each(packings)('%s: a file that vanishes meanwhile is named, and nothing is left behind', async (packing) => {
  mkdirSync(join(folder, 'data'))
  const where = join(folder, 'data/b.txt')
  for (const name of ['a.txt', 'b.txt']) writeFileSync(join(folder, 'data', name), name)
  const packed = pack('data', packing, () => rmSync(where, { force: true }))
  await expect(packed).rejects.toMatchObject({ kind: 'file', details: { code: 'file_enoent', where } })
  expect(existsSync(join(folder, `data.${packing}`))).toBe(false)
})

test('zip: what needs more than 32 bits says so in each of its records', async () => {
  const content = Buffer.from('a little that pretends to be much')
  const packed = deflateRawSync(content)
  const entry = { name: Buffer.from('large.bin'), mode: 0o100644, offset: 0, isLarge: true }
  const sum = { crc32: crc32(content), sizeBytes: content.byteLength, packedBytes: packed.byteLength }
  const before = [localHeader(entry), packed, dataDescriptor(entry, sum)]
  const offset = before.reduce((bytes, { byteLength }) => bytes + byteLength, 0)
  const record = centralRecord(entry, sum)
  const zip = Buffer.concat([...before, record, endRecords(1, record.byteLength, offset)])
  const walked = await walk(zip, { walker: chooseWalker('large.zip'), layout: 'flat' })
  expect(walked).toMatchObject({ findings: [], complete: true, contents: { 'large.bin': String(content) } })
  // Where the directory is beyond 4 GiB, or has too many entries, the usual end points to another one
  expect(endRecords(1, 100, 2 ** 32)).toHaveLength(56 + 20 + 22)
  expect(endRecords(100_000, 100, 100)).toHaveLength(56 + 20 + 22)
  expect(centralRecord({ ...entry, isLarge: false, offset: 2 ** 32 }, sum)).toHaveLength(46 + 9 + 12)
})
