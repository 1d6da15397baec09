import { expect, test } from 'vitest'
import { lastWords } from '../../../../src/node/local/part-output.ts'

test('the last words of a crash are its error, without the stack', () => {
  expect(
    lastWords([
      'started',
      'file:///deckle/src/config.ts:93',
      '    throw new ConfigError(problems)',
      '          ^',
      '',
      'ConfigError: Deckle cannot start with these settings:',
      '  DECKLE_BUCKET: too small',
      '    at parseConfig (file:///deckle/src/config.ts:93:11)',
      '',
      'Node.js v24.21.0',
    ]),
  ).toBe('ConfigError: Deckle cannot start with these settings: DECKLE_BUCKET: too small')
})

test('an error in the log counts when nothing else tells', () => {
  const line = JSON.stringify({ level: 'error', message: 'could not start', error: { message: 'no queue' } })
  expect(lastWords(['one', line, 'two'])).toBe('could not start: no queue')
})

test('else it is the last line', () => {
  expect(lastWords(['one', 'two', ''])).toBe('two')
  expect(lastWords([])).toBe(undefined)
})
