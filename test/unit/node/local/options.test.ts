import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { requireUsableAddresses, withAddresses } from '../../../../src/node/local/addresses.ts'
import { parseOptions } from '../../../../src/node/local/options.ts'
import { StartProblem } from '../../../../src/node/local/start-problem.ts'

test('without options, the registry is on port 3325 and keeps its data in .deckle', () => {
  expect(parseOptions([])).toEqual({
    port: 3325,
    dataDirectory: resolve('.deckle'),
    insecureHttp: false,
    quiet: false,
    regions: 1,
    watch: false,
  })
})

test('options are read, with a space or an equals sign', () => {
  expect(parseOptions(['--port', '0', '--data=/tmp/x', '--quiet', '--watch', '--regions=2'])).toEqual({
    port: 0,
    dataDirectory: '/tmp/x',
    insecureHttp: false,
    quiet: true,
    regions: 2,
    watch: true,
  })
})

test('a registry for others has an address to listen on and two URLs', () => {
  const urls = ['--public-url=https://a.example', '--storage-url=https://b.example']
  expect(parseOptions(['--host', '::', ...urls, '--insecure-http'])).toMatchObject({
    host: '::',
    publicUrl: 'https://a.example',
    storageUrl: 'https://b.example',
    insecureHttp: true,
  })
})

test('the service of docs/team.md starts with options that exist and go together', () => {
  const [, line = ''] =
    /^ExecStart=\S+ src\/node\/launch\.mjs start (.*)$/m.exec(readFileSync('docs/team.md', 'utf8')) ?? []
  const options = parseOptions(line.split(' '))
  if ('help' in options) throw new Error('docs/team.md starts the help')
  expect(options).toMatchObject({ quiet: true, dataDirectory: '/var/lib/deckle' })
  requireUsableAddresses(withAddresses({}, options), options, options.port)
})

test('--help gives the text', () => {
  expect(parseOptions(['--help'])).toEqual({ help: expect.stringContaining('--data <folder>') })
})

test.each([
  { args: ['--prot', '4000'], says: "Unknown option '--prot'" },
  { args: ['--port'], says: 'argument missing' },
  { args: ['--port', 'x'], says: '0 to 65535' },
  { args: ['--port', '65536'], says: '0 to 65535' },
  { args: ['--host', 'registry.example.com'], says: 'Use an IP address of this machine' },
  { args: ['--regions', '4'], says: 'Use a number from 1 to 3.' },
  { args: ['4000'], says: 'Options come after "--": npm start -- --port 4000.' },
])('$args is refused in one line', ({ args, says }) => {
  const refusal = () => parseOptions(args)
  expect(refusal).toThrow(StartProblem)
  expect(refusal).toThrow(says)
  expect(refusal).not.toThrow('\n')
})
