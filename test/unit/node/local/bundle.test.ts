import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bundleWorker } from '../../../../src/node/local/bundle.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'deckle-bundle-'))
  write('wrangler.toml', 'name = "x"\nmain = "worker.ts"\ncompatibility_date = "2026-11-01"\n')
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

test('allowed built-ins stay imports, with or without the prefix', async () => {
  write(
    'worker.ts',
    "import { createHash } from 'crypto'\nimport zlib from 'node:zlib'\nexport default { createHash, zlib }",
  )
  const { code, compatibilityDate, compatibilityFlags } = await bundleWorker(root)
  expect(code).toMatch(/from "node:crypto"/)
  expect(code).toMatch(/from "node:zlib"/)
  expect({ compatibilityDate, compatibilityFlags }).toEqual({ compatibilityDate: '2026-11-01', compatibilityFlags: [] })
})

test('any other built-in is refused, with the way to it', async () => {
  write('worker.ts', "import './a.ts'\nexport default {}")
  write('a.ts', "import './b.ts'")
  write('b.ts', "import { readFileSync } from 'node:fs'\nconsole.log(readFileSync)")
  await expect(bundleWorker(root)).rejects.toThrow('built-in of Node: node:fs <- b.ts <- a.ts <- worker.ts')
})

test('also inside of a package, and by require', async () => {
  write('worker.ts', "import thing from 'thing'\nexport default thing")
  write('node_modules/thing/package.json', '{"name":"thing","main":"index.js"}')
  write('node_modules/thing/index.js', "module.exports = [require('path'), require('crypto')]")
  const built = bundleWorker(root)
  await expect(built).rejects.toThrow('node:path <- node_modules/thing/index.js <- worker.ts')
  await expect(built).rejects.toThrow('node:crypto <- node_modules/thing/index.js <- worker.ts')
})

test('what cannot be built is named by file and line', async () => {
  write('worker.ts', "import './missing.ts'\nexport default {}")
  await expect(bundleWorker(root)).rejects.toThrow('worker.ts:1: Could not resolve "./missing.ts"')
})
