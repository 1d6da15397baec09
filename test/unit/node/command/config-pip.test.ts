import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { configurePip } from '../../../../src/node/command/commands/config.ts'
import { createContext } from '../../../../src/node/command/context.ts'

const server = createServer((_, response) => void response.end('<!doctype html>'))
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-pip-'))
  vi.stubEnv('XDG_CONFIG_HOME', folder)
  vi.stubEnv('DECKLE_TOKEN', 'dk_a_token')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => {
  server.close()
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

test('where there are Python packages, pip.conf gets the index and the token, for its owner only', async () => {
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const context = createContext({ registry: `http://${host}`, json: true }, new AbortController().signal)
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await configurePip(context, { yes: true })
  const file = join(folder, 'pip/pip.conf')
  expect(readFileSync(file, 'utf8')).toBe(`[global]\nindex-url = http://__token__:dk_a_token@${host}/simple/\n`)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(String(printed.mock.calls[0]?.[0])).not.toContain('dk_a_token')
  printed.mockRestore()
})
