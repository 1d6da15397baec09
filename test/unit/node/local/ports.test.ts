import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { choosePort, choosePorts, requireFreePort } from '../../../../src/node/local/ports.ts'

let folder: string
const servers: Server[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-ports-'))
})

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function occupy(port: number): Promise<void> {
  const server = createServer()
  servers.push(server)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

test('the same ports are chosen again while they are free, and others when they are not', async () => {
  const first = await choosePorts(folder, ['dynamodb', 's3', 'sqs'])
  expect(new Set(Object.values(first)).size).toBe(3)
  expect(await choosePorts(folder, ['dynamodb', 's3', 'sqs'])).toEqual(first)
  await occupy(first.s3)
  const second = await choosePorts(folder, ['dynamodb', 's3', 'sqs'])
  expect(second).toMatchObject({ dynamodb: first.dynamodb, sqs: first.sqs })
  expect(second.s3).not.toBe(first.s3)
})

test('a port that is given stays, and no other part gets it', async () => {
  const { dynamodb } = await choosePorts(folder, ['dynamodb'])
  const ports = await choosePorts(folder, ['dynamodb', 's3'], { s3: dynamodb })
  expect(ports.s3).toBe(dynamodb)
  expect(ports.dynamodb).not.toBe(dynamodb)
})

test('an address that this machine lacks is named', async () => {
  // Of a range that is for documentation alone: RFC 5737.
  await expect(requireFreePort(await choosePort(), '192.0.2.1')).rejects.toThrow('no address 192.0.2.1')
})

test('a port that is in use is named, with what to do', async () => {
  const port = await choosePort()
  await requireFreePort(port)
  await occupy(port)
  await expect(requireFreePort(port)).rejects.toThrow(`npm start -- --port ${port + 1}`)
})
