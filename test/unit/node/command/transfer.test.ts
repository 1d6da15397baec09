import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Context } from '../../../../src/node/command/context.ts'
import { downloadFile } from '../../../../src/node/command/download/download.ts'
import { listVersion } from '../../../../src/node/command/generic-files.ts'
import { Logins } from '../../../../src/node/command/logins.ts'
import type { Output } from '../../../../src/node/command/output.ts'
import { placesIn } from '../../../../src/node/command/places.ts'
import { createProgress } from '../../../../src/node/command/progress.ts'
import { Registry } from '../../../../src/node/command/registry.ts'
import { publishFile } from '../../../../src/node/command/upload/publish.ts'
import { Source } from '../../../../src/node/command/upload/source.ts'
import { FakeRegistry, sha256Of } from './fake-registry.ts'

const content = randomBytes(10_500)
let folder: string
let fake: FakeRegistry
let events: Record<string, unknown>[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-transfer-'))
  fake = new FakeRegistry()
  events = []
  await fake.start()
  writeFileSync(join(folder, 'weights.bin'), content)
})

afterEach(() => {
  fake.stop()
  rmSync(folder, { recursive: true, force: true })
})

function contextFor(signal = new AbortController().signal): Context {
  const output: Output = {
    isJson: true,
    result: () => undefined,
    note: () => undefined,
    event: (event) => void events.push(event),
    failure: () => undefined,
    retry: (failure) => void events.push({ event: 'retry', code: failure.details.code }),
  }
  const places = placesIn({ XDG_CONFIG_HOME: join(folder, 'config'), XDG_CACHE_HOME: join(folder, 'cache') })
  const registry = new Registry({ address: fake.url, signal })
  return { registry, output, progress: createProgress(output), logins: new Logins(places), places, signal }
}

async function publish(context = contextFor(), path = join(folder, 'weights.bin')) {
  const source = await Source.open(path)
  const upload = { package: 'model', version: '1.0.0', filename: 'weights.bin' }
  try {
    return await publishFile(context, { upload, source, identity: source.identity, parallel: 3, release: false })
  } finally {
    await source.close()
  }
}

async function download(context = contextFor()) {
  const { files } = await listVersion(context.registry, 'model', '1.0.0')
  const listed = files.get('weights.bin') ?? expect.fail('it is not listed')
  const path = join(folder, 'got.bin')
  const what = { package: 'model', version: '1.0.0', filename: 'weights.bin', listed, path, parallel: 2, force: false }
  return downloadFile(context, what)
}

const uploads = () => [...fake.uploads.values()]
const stateFiles = () =>
  existsSync(join(folder, 'config/deckle/uploads')) ? readdirSync(join(folder, 'config/deckle/uploads')) : []

test('a file is sent in parts, validated, compared, and nothing is remembered of it', async () => {
  const published = await publish()
  expect(published).toMatchObject({ filename: 'weights.bin', sizeBytes: 10_500, sha256: sha256Of(content) })
  expect(fake.files.get('weights.bin')).toEqual(content)
  expect(uploads()[0]?.parts.size).toBe(11)
  expect(stateFiles()).toEqual([])
  expect(events).toContainEqual(expect.objectContaining({ stage: 'uploading', doneBytes: 10_500, totalBytes: 10_500 }))
  expect(events).toContainEqual(expect.objectContaining({ stage: 'validating', doneBytes: 10_500 }))
})

test('an empty file is one empty part', async () => {
  writeFileSync(join(folder, 'weights.bin'), '')
  expect(await publish()).toMatchObject({ sizeBytes: 0 })
  expect(await download()).toEqual({ wasThere: false })
  expect(readFileSync(join(folder, 'got.bin')).byteLength).toBe(0)
})

test('an interrupted upload goes on where it stopped, with the parts that stand', async () => {
  const stopping = new AbortController()
  let puts = 0
  fake.faults.storage = () => {
    puts += 1
    if (puts === 5) stopping.abort()
    return false
  }
  await expect(publish(contextFor(stopping.signal))).rejects.toMatchObject({ kind: 'interrupted', exitCode: 130 })
  expect(stateFiles()).toHaveLength(1)
  const before = uploads()[0]?.parts.size ?? 0
  expect(before).toBeGreaterThan(0)
  puts = 0
  await publish()
  expect(puts).toBe(11 - before)
  expect(uploads()).toHaveLength(1)
  expect(fake.files.get('weights.bin')).toEqual(content)
})

test('a lost connection and a link that ran out cost another try of that part alone', async () => {
  let puts = 0
  fake.faults.storage = (request) => {
    puts += 1
    if (puts === 2) request.socket.destroy()
    if (puts === 6) fake.expireLinks()
    return puts === 2
  }
  await publish()
  expect(fake.files.get('weights.bin')).toEqual(content)
  const retries = events.filter(({ event }) => event === 'retry').map(({ code }) => code)
  expect(retries).toContain('no_answer')
  expect(retries).toContain('part_refused')
})

test('another file under the same name begins anew, and the old upload is aborted', async () => {
  const stopping = new AbortController()
  fake.faults.storage = () => {
    stopping.abort()
    return false
  }
  await expect(publish(contextFor(stopping.signal))).rejects.toMatchObject({ kind: 'interrupted' })
  const [old] = [...fake.uploads.keys()]
  fake.faults.storage = () => false
  writeFileSync(join(folder, 'weights.bin'), content.subarray(0, 3_000))
  await publish()
  expect(fake.uploads.has(old ?? '')).toBe(false)
  expect(fake.files.get('weights.bin')).toEqual(content.subarray(0, 3_000))
})

test('a file that is changed while it is sent is not published', async () => {
  fake.faults.storage = () => {
    writeFileSync(join(folder, 'weights.bin'), randomBytes(10_500))
    return false
  }
  await expect(publish()).rejects.toMatchObject({ kind: 'file', details: { code: 'file_changed' } })
  expect(fake.files.size).toBe(0)
})

test('a registry that published other bytes is found out', async () => {
  const source = fake.files.set.bind(fake.files)
  fake.files.set = (name, bytes) => source(name, Buffer.from(bytes.toReversed()))
  await expect(publish()).rejects.toMatchObject({ kind: 'integrity', details: { code: 'digest_mismatch' } })
})

test('a download goes on where it stopped, and takes its name once it is right', async () => {
  const large = randomBytes(40 * 1024 * 1024)
  fake.files.set('weights.bin', large)
  const stopping = new AbortController()
  let ranges = 0
  fake.faults.storage = () => {
    ranges += 1
    if (ranges === 3) stopping.abort()
    return false
  }
  await expect(download(contextFor(stopping.signal))).rejects.toMatchObject({ kind: 'interrupted' })
  expect(existsSync(join(folder, 'got.bin'))).toBe(false)
  expect(existsSync(join(folder, 'got.bin.part'))).toBe(true)
  const logged = readFileSync(join(folder, 'got.bin.part.log'), 'utf8').trim().split('\n').length - 1
  expect(logged).toBeGreaterThan(0)
  ranges = 0
  expect(await download()).toEqual({ wasThere: false })
  expect(ranges).toBe(3 - logged)
  expect(readFileSync(join(folder, 'got.bin')).equals(large)).toBe(true)
  expect(readdirSync(folder).filter((name) => name.startsWith('got'))).toEqual(['got.bin'])
  expect(await download()).toEqual({ wasThere: true })
})

test('wrong bytes are thrown away, also those of an earlier run', async () => {
  fake.files.set('weights.bin', content)
  const wrong = Buffer.from(content.toReversed())
  fake.faults.storage = (request, response) => {
    if (request.method !== 'GET') return false
    response.writeHead(206, { 'content-range': `bytes 0-10499/10500` }).end(wrong)
    return true
  }
  await expect(download()).rejects.toMatchObject({ kind: 'integrity', exitCode: 6 })
  expect(readdirSync(folder).filter((name) => name.startsWith('got'))).toEqual([])
})

test('a link that ran out is asked for anew, and a connection that breaks off is taken up', async () => {
  fake.files.set('weights.bin', content)
  let gets = 0
  fake.faults.storage = (request, response) => {
    gets += 1
    if (gets === 1) fake.expireLinks()
    if (gets !== 2) return false
    response.writeHead(206, { 'content-range': 'bytes 0-10499/10500', 'content-length': '10500' })
    response.write(content.subarray(0, 5_000), () => request.socket.destroy())
    return true
  }
  expect(await download()).toEqual({ wasThere: false })
  expect(gets).toBe(3)
  expect(readFileSync(join(folder, 'got.bin')).equals(content)).toBe(true)
})

test('another file that stands there is left alone', async () => {
  fake.files.set('weights.bin', content)
  writeFileSync(join(folder, 'got.bin'), 'mine')
  await expect(download()).rejects.toMatchObject({ kind: 'file', details: { code: 'file_exists' } })
  expect(readFileSync(join(folder, 'got.bin'), 'utf8')).toBe('mine')
})

test('a packed folder that became another one since its upload was interrupted begins anew', async () => {
  const stopping = new AbortController()
  fake.faults.storage = () => {
    stopping.abort()
    return false
  }
  const publishAs = async (context: Context) => {
    const source = await Source.open(join(folder, 'weights.bin'))
    const upload = { package: 'model', version: '1.0.0', filename: 'weights.bin' }
    try {
      return await publishFile(context, { upload, source, identity: 'of its folder', parallel: 3, release: false })
    } finally {
      await source.close()
    }
  }
  await expect(publishAs(contextFor(stopping.signal))).rejects.toMatchObject({ kind: 'interrupted' })
  fake.faults.storage = () => false
  writeFileSync(join(folder, 'weights.bin'), content.subarray(0, 5_000))
  await publishAs(contextFor())
  expect(fake.files.get('weights.bin')).toEqual(content.subarray(0, 5_000))
})

test('what storage refuses in the middle of a part is not sent to its end', async () => {
  const large = randomBytes(16 * 1024 * 1024)
  writeFileSync(join(folder, 'weights.bin'), large)
  fake.stop()
  fake = new FakeRegistry(large.byteLength)
  await fake.start()
  let puts = 0
  let readBytes: number | undefined
  fake.faults.storage = ({ socket }, response) => {
    puts += 1
    if (puts > 1) return false
    socket.once('close', () => {
      readBytes = socket.bytesRead
    })
    response.writeHead(503).end()
    return true
  }
  await publish()
  expect(puts).toBe(2)
  expect(readBytes).toBeLessThan(large.byteLength)
  expect(fake.files.get('weights.bin')?.equals(large)).toBe(true)
})
