import { expect, test } from 'vitest'
import { bar } from '../../../../src/node/command/bars.ts'
import { reportText } from '../../../../src/node/command/commands/stats.ts'
import { unusedText } from '../../../../src/node/command/commands/stats-lists.ts'
import { connectionFailure } from '../../../../src/node/command/connection.ts'
import { Failure, failureDocument } from '../../../../src/node/command/failure.ts'
import { failureText, type Output } from '../../../../src/node/command/output.ts'
import { plain, plainLine } from '../../../../src/node/command/plain-text.ts'
import { failureOf } from '../../../../src/node/command/problem.ts'
import { createProgress } from '../../../../src/node/command/progress.ts'
import { barLine, progressLine } from '../../../../src/node/command/progress-line.ts'
import { Rate } from '../../../../src/node/command/rate.ts'
import { parseSpec } from '../../../../src/node/command/spec.ts'
import { table } from '../../../../src/node/command/table.ts'
import { formatBytes, formatDuration } from '../../../../src/node/command/units.ts'
import { parseSize } from '../../../../src/node/command/values.ts'

const unstyled = (_: unknown, text: string) => text

test('sizes and times are shown as people read them', () => {
  expect([0, 999, 1_000, 9_999, 24_800_000, 5_368_709_120].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.00 kB',
    '10.0 kB',
    '24.8 MB',
    '5.37 GB',
  ])
  expect([0.4, 59, 185, 7_620].map(formatDuration)).toEqual(['0 s', '59 s', '3 min 05 s', '2 h 07 min'])
})

test('a size is read as it is shown, and nothing else is one', () => {
  expect(['0', '7 B', '1.5kB', '24.8 MB', '500gb', '1 TB'].map(parseSize)).toEqual([
    0, 7, 1_500, 24_800_000, 5e11, 1e12,
  ])
  for (const text of ['', 'GB', '-1', '1e3', '1.2345 GB', '1 GiB', '5 PB', '1 GB ', '9'.repeat(16), '99999 TB']) {
    expect(() => parseSize(text), text).toThrow('Use a size such as 500GB')
  }
})

test('the rate is that of the last seconds, and unknown while nothing moves', () => {
  const rate = new Rate()
  rate.record(0, 0)
  expect(rate.secondsLeft(100)).toBeUndefined()
  for (let second = 1; second <= 60; second += 1) rate.record(second * 1_000, second < 50 ? 0 : (second - 49) * 1_000)
  expect(rate.bytesPerSecond).toBe(1_000)
  expect(rate.secondsLeft(5_000)).toBe(5)
})

test('a line of progress has share, rate and time left', () => {
  const state = { stage: 'uploading', doneBytes: 1.2e9, totalBytes: 5e9, bytesPerSecond: 37.48e6, secondsLeft: 101 }
  expect(progressLine(state)).toBe('uploading: 1.20 GB of 5.00 GB (24 %), 37.5 MB/s, 1 min 41 s left')
  const done = { ...state, doneBytes: 5e9, secondsLeft: 0 }
  expect(progressLine(done)).toBe('uploading: 5.00 GB of 5.00 GB (100 %), 37.5 MB/s')
})

test('a bar fits its terminal: where it is narrow, the time left goes before the bar', () => {
  const state = { stage: 'uploading', doneBytes: 1.2e9, totalBytes: 5e9, bytesPerSecond: 37.48e6, secondsLeft: 101 }
  expect([39, 79, 199, 12].map((columns) => barLine(state, columns))).toEqual([
    'uploading  24 % · 1 min 41 s left',
    `uploading █████${'░'.repeat(16)}  24 % of 5.00 GB · 37.5 MB/s · 1 min 41 s left`,
    `uploading ${'█'.repeat(9)}${'░'.repeat(31)}  24 % of 5.00 GB · 37.5 MB/s · 1 min 41 s left`,
    'uploading  2',
  ])
  const begun = { ...state, doneBytes: 0, bytesPerSecond: 0, secondsLeft: undefined }
  const over = { ...state, doneBytes: 5e9, secondsLeft: undefined }
  expect([begun, over].map((one) => barLine(one, 79))).toEqual([
    `uploading ${'░'.repeat(21)}   0 % of 5.00 GB`,
    `uploading ${'█'.repeat(21)} 100 % of 5.00 GB · 37.5 MB/s`,
  ])
})

test('what is not counted is a line without numbers', () => {
  const state = { stage: 'moving into place', doneBytes: 0, totalBytes: 0, bytesPerSecond: 0, secondsLeft: undefined }
  expect(progressLine(state)).toBe('moving into place')
})

test('progress stands still while something is done again, and never goes back', () => {
  const shown: unknown[] = []
  let nowMs = 0
  const output = { isJson: true, event: ({ doneBytes }: { doneBytes?: unknown }) => void shown.push(doneBytes) }
  const stage = createProgress(output as unknown as Output, () => nowMs).begin('uploading', 100)
  for (const bytes of [40, -40, 30, 70]) {
    nowMs += 1_000
    stage.add(bytes)
  }
  expect(shown).toEqual([0, 40, 40, 40, 100])
})

test('what others wrote cannot move the cursor, colour, or turn text around', () => {
  expect(plain('a\u001b[31mb\u202ec\nd')).toBe('a[31mbc\nd')
  expect(plainLine(' a\n\tb ')).toBe('a b')
  expect(
    table([
      ['x\u001b[2J', 'y'],
      ['long', 'z'],
    ]),
  ).toBe('x[2J  y\nlong  z')
})

test('a problem becomes what, where and what to do; a code, reasons and a wait', () => {
  const body = {
    code: 'validation_refused',
    detail: 'It was refused.\u0007',
    requestId: 'r1',
    reasons: [{ code: 'secret_found', path: 'a.txt', message: 'a\nkey', hint: 'Remove it.' }],
  }
  const answer = { status: 422, headers: new Headers({ 'retry-after': '3' }) }
  const failure = failureOf(answer, JSON.stringify(body), 'POST http://r/x')
  expect(failure).toMatchObject({ kind: 'refused', exitCode: 5, details: { retryAfterMs: 3_000, isPassing: false } })
  expect(failureText(failure, unstyled)).toBe(
    'error It was refused.\n  secret_found in a.txt: a key Remove it.\nwhere: POST http://r/x, request r1',
  )
  expect(failureDocument(failure).error).toMatchObject({ code: 'validation_refused', requestId: 'r1', exitCode: 5 })
})

test.each([
  ['<html>', 502, 'network', 'The registry answered 502.'],
  ['{"detail": 7, "reasons": "none"}', 401, 'auth', 'The registry answered 401.'],
  ['', 500, 'failed', 'The registry answered 500.'],
] as const)('whatever comes as a problem, %s, is taken for what its status says', (text, status, kind, message) => {
  const failure = failureOf({ status, headers: new Headers() }, text, 'GET http://r/')
  expect([failure.kind, failure.message, failure.details.code]).toEqual([kind, message, `http_${status}`])
})

test('a failure without a place or a hint is one line, and so is one that names its place', () => {
  expect(failureText(new Failure('usage', 'No.'), unstyled)).toBe('error No.')
  expect(failureText(new Failure('file', 'a.txt: no.', { where: 'a.txt' }), unstyled)).toBe('error a.txt: no.')
})

test('what the registry says of npm’s commands is said of ours', () => {
  const answer = { status: 401, headers: new Headers() }
  const { message, details } = failureOf(answer, '{"code":"login_required","detail":"Run `npm login`."}', 'GET /')
  expect([message, details.hint]).toEqual(['You must log in to do this.', 'Log in: deckle login.'])
})

test('a connection that fails is told in words; one that is not trusted is not tried again', () => {
  const failureFor = (code: string) =>
    connectionFailure(
      new TypeError('fetch failed', { cause: systemError(code) }),
      'host:1',
      new AbortController().signal,
    )
  const systemError = (code: string) => Object.assign(new Error('it broke'), { code })
  expect(failureFor('ECONNREFUSED').message).toBe('host:1 does not answer: nothing listens there (ECONNREFUSED).')
  expect(failureFor('EODD')).toMatchObject({ message: 'host:1 does not answer: EODD.', details: { isPassing: true } })
  const untrusted = failureFor('DEPTH_ZERO_SELF_SIGNED_CERT')
  expect([untrusted.kind, untrusted.details.code, untrusted.details.isPassing]).toEqual([
    'network',
    'certificate_untrusted',
    undefined,
  ])
})

test('a format that there is not is refused where it is written', () => {
  expect(() => parseSpec('pypi:model')).toThrow('There are no packages of "pypi" here.')
})

test('a bar has the length of its value, and whatever is more than nothing is seen', () => {
  expect([0, 1, 8, 12, 16, 1_000].map((value) => bar(value, 16, 2))).toEqual([
    '',
    '▏',
    '█',
    '█▌',
    '██',
    '█'.repeat(125),
  ])
  expect([bar(1, 100_000, 30), bar(0, 0, 30)]).toEqual(['▏', ''])
})

test('usage is drawn a line a day, by month where there are many, and says what it comes to', () => {
  const of = (day: string, downloads: number) => ({ day, downloads, bytes: downloads * 1_000_000 })
  const total = { downloads: 3, bytes: 3e6, refusals: 1, clients: { npm: 1, pip: 2 }, reasons: { token_invalid: 1 } }
  const report = { from: '2026-11-24', to: '2026-11-25', days: [of('2026-11-24', 2), of('2026-11-25', 1)], total }
  expect(reportText(report).split('\n')).toEqual([
    `2026-11-24  2  2.00 MB  ${'█'.repeat(30)}`,
    `2026-11-25  1  1.00 MB  ${'█'.repeat(15)}`,
    '',
    '3 downloads, 3.00 MB, from 2026-11-24 to 2026-11-25',
    'clients: pip 2, npm 1',
    'refused: token_invalid 1',
  ])
  const stored = { storedBytes: 12_300_000_000, storedFiles: 41 }
  const lastLine = (more: object) =>
    reportText({ ...report, ...more })
      .split('\n')
      .at(-1)
  expect(lastLine({ ...stored, storedBytesLimit: 100e9 })).toBe('stored: 12.3 GB in 41 files, of 100 GB')
  expect(lastLine({ storedBytes: 1, storedFiles: 1 })).toBe('stored: 1 B in 1 file')
  const days = Array.from({ length: 40 }, (_, index) =>
    of(new Date(Date.UTC(2026, 9, 1 + index)).toISOString().slice(0, 10), 1),
  )
  expect(
    reportText({ ...report, days })
      .split('\n')
      .slice(0, 2),
  ).toEqual([`2026-10  31  31.0 MB  ${'█'.repeat(30)}`, `2026-11  9   9.00 MB  ${'█'.repeat(8)}▊`])
})

test('what is unused is drawn by how long it has been', () => {
  const items = [
    { package: 'old', lastUsedOn: '2026-01-01' },
    { package: 'newer', lastUsedOn: '2026-05-01' },
  ]
  const now = Date.parse('2026-08-29T12:00:00Z')
  expect(unusedText(items, '2026-05-31', now).split('\n')).toEqual([
    `old    2026-01-01  240 days  ${'█'.repeat(30)}`,
    `newer  2026-05-01  120 days  ${'█'.repeat(15)}`,
  ])
  expect(unusedText([], '2026-05-31', now)).toBe('Everything was downloaded since 2026-05-31, or is newer than that.')
})
