import { expect, test } from 'vitest'
import { document, hasProblem, hiding, lines, summary } from '../../../../src/node/doctor/output.ts'

const fine = { name: 'edge', verdict: 'ok', message: 'Fine.', durationMs: 3 } as const
const broken = {
  name: 'links',
  verdict: 'problem',
  message: 'With s3cr3t-key-1.',
  remedy: 'Mend it.',
  durationMs: 4,
} as const
const hide = hiding(['s3cr3t-key-1', undefined, 'ab'])

test('a line says the verdict, the name and what was seen; the next what to do', () => {
  const said: string[] = []
  const terminal = { progress: () => undefined, say: (text: string) => void said.push(text), warn: () => undefined }
  const observer = lines(terminal, hide)
  observer.ended(fine)
  observer.ended(broken)
  expect(said).toEqual([
    'ok       edge             Fine.',
    'PROBLEM  links            With [secret].',
    `${' '.repeat(26)}→ Mend it.`,
  ])
})

test('the document holds the same for programs, and no secret', () => {
  const parsed = JSON.parse(document([fine, broken], '2026-11-24T12:00:00.000Z', hide))
  expect(parsed).toEqual({
    startedAt: '2026-11-24T12:00:00.000Z',
    outcome: 'problem',
    checks: [fine, { ...broken, message: 'With [secret].' }],
  })
})

test('the summary counts, and a problem is what counts', () => {
  expect(summary([fine, broken, fine])).toBe('1 problem, 0 warnings, 0 skipped, 2 ok.')
  expect(hasProblem([fine])).toBe(false)
  expect(hasProblem([fine, broken])).toBe(true)
})
