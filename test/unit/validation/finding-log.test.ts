import { expect, test } from 'vitest'
import { createFindingLog } from '../../../src/validation/finding-log.ts'

const finding = (code: string, message = 'Wrong.') => ({ code, message, hint: 'Do something.' })

test('keeps what fits and counts the rest', () => {
  const log = createFindingLog(4)
  for (const code of ['a', 'b', 'c', 'd', 'e']) log.add(finding(code))
  expect(log.read().findings.map(({ code }) => code)).toEqual(['a', 'b', 'c', 'd'])
  expect(log.read()).toMatchObject({ counts: { error: 5, warning: 0, info: 0 }, truncated: true })
})

test('one code does not crowd out the others', () => {
  const log = createFindingLog(8)
  for (let index = 0; index < 50; index++) log.add(finding('archive_symlink'))
  log.add(finding('archive_fifo'))
  expect(log.read().findings.map(({ code }) => code)).toEqual(['archive_symlink', 'archive_symlink', 'archive_fifo'])
})

test('an error takes the place of a warning, and stands before it', () => {
  const log = createFindingLog(2)
  log.add(finding('archive_windows_name'))
  log.add(finding('archive_setuid'))
  log.add(finding('archive_symlink'))
  expect(log.read().findings.map(({ code }) => code)).toEqual(['archive_symlink', 'archive_windows_name'])
})

test('what the frame reports is always kept, and comes first', () => {
  const log = createFindingLog(1)
  log.add(finding('archive_symlink'))
  expect(log.isFailed()).toBe(false)
  log.add(finding('check_crashed'))
  log.add(finding('check_crashed'))
  expect(log.isFailed()).toBe(true)
  expect(log.read().findings.map(({ code }) => code)).toEqual(['check_crashed', 'check_crashed', 'archive_symlink'])
})

test('nothing counts once it is closed', () => {
  const log = createFindingLog(9)
  log.close()
  log.add(finding('archive_symlink'))
  expect(log.has('error')).toBe(false)
})

test('texts become one printable line of bounded length', () => {
  const log = createFindingLog(9)
  log.add({
    code: 'archive_symlink',
    path: `a\u202e\n${'é'.repeat(500)}`,
    message: 'x\x1b[31m\r\ny',
    hint: 'z'.repeat(999),
  })
  const [kept] = log.read().findings
  expect(kept?.path).toMatch(/^a\\u\{202e\}\\u\{0a\}é+…$/)
  expect(kept?.path?.length).toBe(200)
  expect(kept?.message).toBe('x\\u{1b}[31m\\u{0d}\\u{0a}y')
  expect(kept?.hint.length).toBe(300)
})
