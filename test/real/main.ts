import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { FileName, PackageName, Version } from '../../src/model/ids.ts'
import { fileLimits, validations } from '../../src/node/validator/validations.ts'
import { isJsonObject } from '../../src/std/json.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { runChecks } from '../../src/validation/run.ts'
import { scoreOf } from '../../src/validation/score.ts'
import { type RealPackage, realPackages } from './corpus.ts'
import { type Judged, renderNote } from './note.ts'

/**
 * Runs real packages of the public registry through the validator's own checks and writes `docs/real-packages.md`.
 * Fails when fewer than 320 could be had, or when one is refused that `defences.json` does not defend.
 * The first argument is the folder that keeps what was downloaded.
 */
async function main(folder: string): Promise<void> {
  const judged: Judged[] = []
  for (const real of realPackages(join(import.meta.dirname, 'roots.json'), folder)) {
    const one = await judge(real)
    if (one.verdict !== 'accepted') process.stdout.write(`${one.verdict} ${one.id} ${one.reasons.join(' | ')}\n`)
    judged.push(one)
  }
  const { text, problems } = renderNote(judged, defences())
  writeFileSync(join(import.meta.dirname, '../../docs/real-packages.md'), text)
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.stdout.write(`${judged.length} packages, ${problems.length} problems\n`)
  process.exitCode = problems.length === 0 ? 0 : 1
}

async function judge({ name, version, published, file }: RealPackage): Promise<Judged> {
  const sizeBytes = statSync(file).size
  const result = await runChecks({
    file: { format: 'npm', name: name as PackageName, version: version as Version, filename: 'x.tgz' as FileName },
    published,
    stored: { sizeBytes, sha512: createHash('sha512').update(readFileSync(file)).digest('hex') },
    source: Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>,
    ...validations.npm,
    limits: fileLimits,
    platform: webPlatform,
  })
  const { findings, facts, verdict, durationMs } = result
  const errors = findings.filter(({ severity }) => severity === 'error')
  return {
    id: `${name}@${version}`,
    verdict,
    sizeBytes,
    fileCount: facts.fileCount,
    durationMs,
    codes: [...new Set(findings.map(({ code, severity }) => `${severity} ${code}`))],
    capabilities: facts.capabilities ?? [],
    score: scoreOf(result.codes).value,
    errorCodes: [...new Set(errors.map(({ code }) => code))],
    reasons: errors.slice(0, 4).map(({ code, path, message }) => `${code} ${path ?? ''}: ${message}`),
  }
}

/** Code → package → why it is right to refuse it. */
function defences(): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const value: unknown = JSON.parse(readFileSync(join(import.meta.dirname, 'defences.json'), 'utf8'))
  if (!isJsonObject(value)) throw new Error('defences.json must be an object')
  return value as Readonly<Record<string, Readonly<Record<string, string>>>>
}

await main(process.argv[2] ?? join(tmpdir(), 'deckle-real-packages'))
