import { describe, expect, test } from 'vitest'
import type { Username, Version } from '../../../../src/model/ids.ts'
import { capabilitiesCheck } from '../../../../src/npm/checks/capabilities/check.ts'
import { packageJson } from '../../../builders/package-json.ts'
import { runCheck } from './run-check.ts'

type Entries = readonly (readonly [path: string, content: string])[]

async function seenIn(entries: Entries, chunkBytes?: number): Promise<readonly string[] | undefined> {
  const { facts, codes } = await runCheck(capabilitiesCheck, entries, chunkBytes === undefined ? {} : { chunkBytes })
  expect(codes).toEqual([])
  return facts.capabilities
}

const inScript = (content: string, chunkBytes?: number) => seenIn([['package/index.js', content]], chunkBytes)

describe('code that', () => {
  const used = [
    ['network', `const http = require('http')`],
    ['network', `import{get}from"node:https"`],
    ['network', `import 'undici'`],
    ['network', 'await import(`node:dns/promises`)'],
    ['network', `export * from 'net'`],
    ['network', `import tls = require("tls")`],
    ['network', `var e=__require("http2")`],
    ['network', `const r = process.getBuiltinModule('node:dgram')`],
    ['network', `const answer = await fetch(url)`],
    ['network', `fetch(url).then(use)`],
    ['network', `{ fetch(url); }`],
    ['network', `fetch(url)`],
    ['network', `globalThis.fetch(url)`],
    ['network', `const get = window.fetch`],
    ['network', `new WebSocket('wss://x')`],
    ['network', `var x=new XMLHttpRequest`],
    ['network', `\`a$\{\`b$\{fetch(url)}\`}\``],
    ['network', `\`$\{ {a: {}} }\` + fetch(url)`],
    ['network', `return /[/'"]\\/'/.test(x) || fetch(url)`],
    ['network', `a = b / c; d = "x" / fetch(url)`],
    ['network', `const broken = "no end\nfetch(url)`],
    ['processes', `require("child_process").exec('x')`],
    ['processes', `/* a * b **/ require('node:child_process')`],
    ['processes', `import cluster from 'cluster'`],
    ['dynamic_code', `eval(text)`],
    ['dynamic_code', `x = new Function('a', 'return a')`],
    ['dynamic_code', `Function('return this')()`],
    ['dynamic_code', `require('vm')`],
    ['native_code', `process.binding('fs')`],
    ['native_code', `process.dlopen(m, 'x.so')`],
  ] as const

  test.each(used)('shows %s: %s', async (capability, content) => {
    expect(await inScript(content)).toEqual([capability])
  })

  test.each(used)('shows %s in chunks of one byte: %s', async (capability, content) => {
    expect(await inScript(content, 1)).toEqual([capability])
  })

  test.each([
    `// require('http')`,
    `/* fetch(url) */ /** eval(x) **/`,
    `const text = "require('http')"`,
    `const text = 'it\\'s fetch(url)'`,
    `\`require("http") $\{x} fetch(url)\``,
    `x = /require('http')/`,
    `const { fetch } = options`,
    `cache.fetch(key)`,
    `this.eval(x)`,
    `class A { fetch(key) { return 1 } }`,
    `class A { x() {} async fetch(key, { a = b() } = {}) { return 1 } }`,
    `declare class A { fetch(key: string): string }`,
    `function fetch(url) {}`,
    `const a = { a: 1, eval(x) { } }`,
    `require('./http')`,
    `require('https-proxy-agent')`,
    `load('http')`,
    `const http = 'http'`,
    `process.env.binding`,
    `x.process.env`,
    `x instanceof WebSocket`,
    `require('constructor'); new toString; __proto__(1)`,
    '',
  ])('shows nothing: %s', async (content) => {
    expect(await inScript(content)).toEqual([])
    expect(await inScript(content, 1)).toEqual([])
  })

  test('nests its templates too deep is read to its end', async () => {
    expect(await inScript(`${`\`$\{`.repeat(100_000)}x`)).toEqual([])
  })
})

describe('files', () => {
  test.each(['a.js', 'a.cjs', 'lib/a.mjs', 'src/a.ts', 'a.mts', 'a.tsx', 'node_modules/b/a.js'])(
    '%s is a script',
    async (path) => {
      expect(await seenIn([[`package/${path}`, `fetch(url)`]])).toEqual(['network'])
    },
  )

  test.each(['a.d.ts', 'README.md', 'a.json', 'README', 'a.js.map'])('%s is none', async (path) => {
    expect(await seenIn([[`package/${path}`, `fetch(url)`]])).toEqual([])
  })

  test('a command without an ending is one', async () => {
    const content = `#!/usr/bin/env node\nrequire('child_process')`
    expect(await seenIn([['package/bin/cli', content]])).toEqual(['processes'])
    expect(await seenIn([['package/bin/cli', content]], 1)).toEqual(['processes'])
  })

  test.each(['build/x.node', 'binding.gyp'])('%s is native code', async (path) => {
    expect(await seenIn([[`package/${path}`, '']])).toEqual(['native_code'])
  })

  test('a reader stops at 128 MiB, and nobody waits for the rest', async () => {
    const pass = capabilitiesCheck.begin({
      file: { format: 'npm', name: 'x', version: '1.0.0', filename: 'x' } as never,
      published: {},
      facts: { fileCount: 0, unpackedSizeBytes: 0 },
      report: () => undefined,
    })
    const entry = { path: 'package/a.js', kind: 'file', sizeBytes: 100 * 1024 * 1024, mode: 0o644 } as const
    expect(pass.entry?.(entry)).toBeDefined()
    expect(pass.entry?.(entry)).toBeUndefined()
  })
})

describe('in comparison with the version before', () => {
  const compare = (capabilities: readonly string[] | undefined) =>
    runCheck(capabilitiesCheck, [['package/lib/up.js', `require('child_process'); fetch(url)`]], {
      previous: {
        version: '1.0.0' as Version,
        publisher: 'ana' as Username,
        manifest: packageJson(),
        unpackedSizeBytes: 1,
        capabilities,
      },
    })

  test('what is new is a warning that names the file', async () => {
    const { findings } = await compare(['network', 'dynamic_code'])
    expect(findings).toMatchObject([{ code: 'processes_first_used', path: 'lib/up.js' }])
    expect(findings[0]?.message).toContain('"lib/up.js" starts other programs')
  })

  test('what is not new is not mentioned', async () => {
    expect((await compare(['network', 'processes'])).codes).toEqual([])
  })

  test('a version that was accepted before anybody looked says nothing', async () => {
    expect((await compare(undefined)).codes).toEqual([])
  })
})
