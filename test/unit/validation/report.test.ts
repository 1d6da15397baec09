import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { FileName, FileRef, PackageName, Version } from '../../../src/model/ids.ts'
import type { StoredFile } from '../../../src/model/records.ts'
import { createFindingLog } from '../../../src/validation/finding-log.ts'
import { buildReport, reasonsOf, reportSchema } from '../../../src/validation/report.ts'
import type { RunResult } from '../../../src/validation/run.ts'

const file: FileRef = {
  format: 'npm',
  name: '@acme/left-pad' as PackageName,
  version: '1.0.0' as Version,
  filename: 'left-pad-1.0.0.tgz' as FileName,
}
const stored: StoredFile = {
  filename: file.filename,
  sizeBytes: 1234,
  sha1: 'a'.repeat(40),
  sha256: 'b'.repeat(64),
  sha512: 'c'.repeat(128),
}

function resultWith(count: number): RunResult {
  const log = createFindingLog(100)
  for (let index = 0; index < count; index++) {
    const code = ['archive_symlink', 'archive_windows_name', `npm_code_${index % 9}`][index % 3] ?? ''
    log.add({ code, path: '日\n'.repeat(500), message: '\u0000'.repeat(9000), hint: '"'.repeat(9000) })
  }
  return {
    ...log.read(),
    verdict: 'rejected',
    facts: { fileCount: 3, unpackedSizeBytes: 99, manifest: { name: 'not for the report' }, readme: 'nor this' },
    crashes: [{ check: 'x', error: new Error('never in a report') }],
    startedAt: '2026-11-23T10:00:00.000Z',
    durationMs: 12,
  }
}

describe('a report', () => {
  test('holds what was found, and neither causes of crashes nor the manifest', () => {
    const report = buildReport({ file, stored, result: resultWith(2) })
    expect(report).toMatchObject({
      schema: 1,
      format: 'npm',
      package: '@acme/left-pad',
      version: '1.0.0',
      filename: 'left-pad-1.0.0.tgz',
      verdict: 'rejected',
      sizeBytes: 1234,
      digests: { sha1: stored.sha1, sha256: stored.sha256, sha512: stored.sha512 },
      counts: { error: 1, warning: 1, info: 0 },
      facts: { fileCount: 3, unpackedSizeBytes: 99 },
      truncated: false,
    })
    expect(Object.keys(report.facts)).toEqual(['fileCount', 'unpackedSizeBytes'])
    expect(JSON.stringify(report)).not.toMatch(/never in a report|not for the report|nor this/)
  })

  test('has a score with its reasons, unless the file could not be judged', () => {
    const result = resultWith(2)
    expect(buildReport({ file, stored, result }).score).toEqual({
      value: 0,
      deductions: [
        { code: 'archive_symlink', points: 100, count: 1 },
        { code: 'archive_windows_name', points: 10, count: 1 },
      ],
    })
    expect(buildReport({ file, stored, result: { ...result, verdict: 'failed' } })).not.toHaveProperty('score')
  })

  test('names what the code was seen to use, if it was looked at', () => {
    const result = resultWith(0)
    const seen = { ...result, facts: { ...result.facts, capabilities: ['network'] } }
    expect(buildReport({ file, stored, result: seen }).facts.capabilities).toEqual(['network'])
  })

  test('is of bounded size, whatever was found', () => {
    const report = buildReport({ file, stored, result: resultWith(100_000) })
    expect(report.truncated).toBe(true)
    expect(report.findings.length).toBeLessThanOrEqual(100)
    expect(report.counts).toEqual({ error: 66_667, warning: 33_333, info: 0 })
    expect(JSON.stringify(report).length).toBeLessThan(100 * 4096)
  })

  test('follows the schema that is published', () => {
    expect(reportSchema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    const published = z.fromJSONSchema(reportSchema)
    const report = JSON.parse(JSON.stringify(buildReport({ file, stored, result: resultWith(10) })))
    expect(published.safeParse(report).success).toBe(true)
    expect(published.safeParse({ ...report, verdict: 'maybe' }).success).toBe(false)
    expect(published.safeParse({ ...report, findings: [{ code: 'x' }] }).success).toBe(false)
    expect(published.safeParse({ ...report, member: 'added later' }).success).toBe(true)
    // As reports were before there was a score
    const { score, ...old } = report
    expect(score.value).toBe(0)
    expect(published.safeParse(old).success).toBe(true)
    const { sizeBytes: _, ...less } = report
    expect(published.safeParse(less).success).toBe(false)
  })
})

test('reasons are the first errors', () => {
  const log = createFindingLog(10)
  log.add({ code: 'archive_windows_name', message: 'A warning.', hint: 'Do.' })
  log.add({ code: 'archive_symlink', path: 'package/a', message: 'One.', hint: 'Do.' })
  log.add({ code: 'archive_fifo', message: 'Two.', hint: 'Do.' })
  log.add({ code: 'archive_device', message: 'Three.', hint: 'Do.' })
  expect(reasonsOf(log.read(), 2)).toEqual([
    { code: 'archive_symlink', path: 'package/a', message: 'One.', hint: 'Do.' },
    { code: 'archive_fifo', message: 'Two.', hint: 'Do.' },
  ])
})
