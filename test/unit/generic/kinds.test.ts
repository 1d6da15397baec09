import { zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { chooseWalker } from '../../../src/generic/kinds.ts'
import { tarball } from '../../builders/tarball.ts'
import { xzStream } from '../../builders/xz.ts'
import { zip } from '../../builders/zip.ts'
import { walk } from '../validation/archive/walking.ts'

const tar = tarball().file('a', 'x')
const files: Readonly<Record<string, Uint8Array>> = {
  '.zip': zip().file('a', 'x').zip(),
  '.tar': tar.tar(),
  '.tar.gz': tar.gzip(),
  '.tgz': tar.gzip(),
  '.tar.zst': zstdCompressSync(tar.tar()),
  '.tar.xz': xzStream(tar.tar()),
}
const endings = Object.keys(files)
const read = (name: string, file: Uint8Array | undefined, asked?: 'opaque' | 'archive') =>
  walk(file ?? new Uint8Array(0), { walker: chooseWalker(name, asked), layout: 'flat' })

describe.each(endings)('a file that ends in %s', (ending) => {
  test('is read as what it is called, in any case', async () => {
    for (const name of [`model${ending}`, `MODEL${ending.toUpperCase()}`]) {
      expect(await read(name, files[ending])).toMatchObject({ complete: true, findings: [], contents: { a: 'x' } })
    }
  })

  test('is refused when it is another kind of archive', async () => {
    const isGzip = (name: string) => /gz$/.test(name)
    const others = endings.filter((other) => other !== ending && !(isGzip(other) && isGzip(ending)))
    for (const other of others) {
      expect((await read(`model${ending}`, files[other])).errors, other).toEqual(['archive_kind_differs'])
    }
  })

  test('is refused when it is no archive, or empty', async () => {
    for (const content of ['', 'text', 'x'.repeat(2000)]) {
      expect((await read(`model${ending}`, Buffer.from(content))).findings).not.toEqual([])
    }
  })

  test('is not opened when its sender says so', async () => {
    expect(await read(`model${ending}`, Buffer.from('text'), 'opaque')).toMatchObject({ complete: true, findings: [] })
  })
})

test('any other file is not opened, not even one that holds an archive', async () => {
  for (const name of ['model.bin', 'app.jar', 'zip', 'tar.gz.sig', 'weights.tar.zst.sig']) {
    expect(await read(name, files['.zip'])).toMatchObject({ complete: true, findings: [], entries: [], fileCount: 1 })
  }
})

test('what is announced as an archive must be one that can be opened', async () => {
  expect((await read('model.bin', files['.zip'], 'archive')).errors).toEqual(['archive_kind_unknown'])
  expect((await read('model.zip', files['.zip'], 'archive')).errors).toEqual([])
})
