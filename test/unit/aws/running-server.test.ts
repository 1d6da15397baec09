import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { choosePort } from '../../../src/node/local/ports.ts'
import type { PreparedServer } from '../../aws/servers/prepared-server.ts'
import { RunningServer } from '../../aws/servers/running-server.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deckle-prepared-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const account = { credentials: { accessKeyId: 'id', secretAccessKey: 'secret' }, region: 'us-east-1' }

/** A server whose program is a line of JavaScript; `PORT` stands for its port. */
async function start(source: string) {
  const server: PreparedServer = {
    title: 'A server',
    serves: [],
    install: async () => undefined,
    program: (_, { port }) => ({ command: [process.execPath, '-e', source.replace('PORT', String(port))] }),
  }
  return RunningServer.start(server, folder, { port: await choosePort(), directory: join(folder, 'data'), account })
}

test('a server is used once it answers, whatever it says, and is gone when it was stopped', async () => {
  const listening = "require('http').createServer((_, answer) => answer.writeHead(403).end()).listen(PORT, '127.0.0.1')"
  const server = await start(listening)
  expect((await fetch(server.url)).status).toBe(403)
  await server.stop()
  await expect(fetch(server.url)).rejects.toThrow()
})

test('a server that ends instead of answering is a problem, with what it wrote', async () => {
  await expect(start("console.error('no such folder'); process.exit(3)")).rejects.toMatchObject({
    name: 'StartProblem',
    message: expect.stringMatching(/A server does not answer:\s+no such folder/),
  })
})
