import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { FileName, PackageName, Version } from '../../../src/model/ids.ts'
import { fileLimits, validations } from '../../../src/node/validator/validations.ts'
import { webPlatform } from '../../../src/std/platform.ts'
import { runChecks } from '../../../src/validation/run.ts'
import { tarball } from '../../builders/tarball.ts'

/** Validates an archive of 200 MB, as the validator does, and prints by how much that raised the peak of its memory. */
const fileBytes = 2_000_000
const fileCount = 100
const manifest = { name: 'large', version: '1.0.0', license: 'MIT', main: 'a0.js' }

function* archive(): Generator<Uint8Array> {
  yield tarball().file('package/package.json', JSON.stringify(manifest)).tar({ endBlocks: 0 })
  for (let index = 0; index < fileCount; index += 1) {
    const line = `export const value${index} = [${Array.from({ length: 8 }, (_, at) => (index * 7919 + at) ** 3).join()}]\n`
    const text = line.repeat(Math.ceil(fileBytes / line.length)).slice(0, fileBytes)
    // Of the text as it is, gzip would leave so little that it would count as a bomb
    yield tarball().file(`package/a${index}.js`, text).file(`package/b${index}`, noise(index)).tar({ endBlocks: 0 })
  }
  yield new Uint8Array(1024)
}

function noise(seed: number): Uint8Array {
  const bytes = new Uint8Array(60_000)
  let state = seed + 1
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[at] = state >>> 16
  }
  return bytes
}

const folder = mkdtempSync(join(tmpdir(), 'deckle-memory-'))
try {
  const file = join(folder, 'large.tgz')
  await pipeline(Readable.from(archive()), createGzip({ level: 1 }), createWriteStream(file))
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  const before = process.resourceUsage().maxRSS
  const result = await runChecks({
    file: { format: 'npm', name: 'large' as PackageName, version: '1.0.0' as Version, filename: 'x' as FileName },
    published: manifest,
    stored: { sizeBytes: statSync(file).size, sha512: hash.digest('hex') },
    source: Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>,
    ...validations.npm,
    limits: fileLimits,
    platform: webPlatform,
  })
  const grownBytes = (process.resourceUsage().maxRSS - before) * 1024
  const { verdict, facts } = result
  process.stdout.write(JSON.stringify({ verdict, unpackedBytes: facts.unpackedSizeBytes, grownBytes }))
} finally {
  rmSync(folder, { recursive: true })
}
