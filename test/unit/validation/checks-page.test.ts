import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderChecksPage } from '../../docs/checks-page.ts'

test('docs/checks.md says what the checks do now; if not: npm run docs:checks', () => {
  expect(readFileSync('docs/checks.md', 'utf8')).toBe(renderChecksPage())
})
