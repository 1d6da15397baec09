import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { bundleWorker } from '../../../src/node/local/bundle.ts'

/** What the worker is made of when types are gone, which the layer rules cannot tell: the sources of its bundle. */
const root = fileURLToPath(new URL('../../..', import.meta.url))

describe('the bundle of the worker', () => {
  let files: readonly string[] = []
  let packages: readonly string[] = []

  beforeAll(async () => {
    const sources: string[] = JSON.parse((await bundleWorker(root)).map).sources
    files = sources.filter((source) => !source.includes('node_modules/'))
    packages = [...new Set(sources.map(packageOf).filter((name) => name !== undefined))]
  })

  test('is made of our sources', () => {
    expect(files).toContain('src/worker.ts')
    expect(files.length).toBeGreaterThan(20)
  })

  test('holds nothing of node/', () => {
    expect(files.filter((file) => file.startsWith('src/node/'))).toEqual([])
  })

  test('holds no check and nothing that runs checks', () => {
    expect(files.filter((file) => /^src\/([^/]+\/checks|validation\/archive)\/|\/run\.ts$/.test(file))).toEqual([])
  })

  test('rests on some dozen packages at most', async () => {
    const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    expect(packages.filter((name) => name in dependencies).length).toBeLessThanOrEqual(13)
  })
})

function packageOf(source: string): string | undefined {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1]
}
