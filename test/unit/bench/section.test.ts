import { expect, test } from 'vitest'
import { largeSection, withPiece } from '../../bench/large/section.ts'

const page = '# Performance\n\n## Method\n- As it is.\n'

test('a piece stands at the end of the page, and what was there stays', () => {
  const written = withPiece(page, 'Decisions among many packages', 'Flat.\n')
  expect(written).toMatch(/^# Performance\n\n## Method\n- As it is\.\n\n## Large files and many packages\n/)
  expect(written).toMatch(/\n\n### Decisions among many packages\nFlat\.\n$/)
})

test('pieces keep their order and replace only themselves', () => {
  const first = withPiece(page, 'Decisions among many packages', 'Flat.')
  const both = withPiece(first, 'A file of gigabytes', 'Slow.')
  const again = withPiece(both, 'A file of gigabytes', 'Fast.\n\n- Why')
  expect(again).toMatch(/### A file of gigabytes\nFast\.\n\n- Why\n\n### Decisions among many packages\nFlat\.\n$/)
  expect(again).not.toContain('Slow')
  expect(withPiece(again, 'A file of gigabytes', 'Fast.\n\n- Why')).toBe(again)
})

test('whoever writes the rest of the page can keep the section', () => {
  const written = withPiece(page, 'A file of gigabytes', 'Fast.')
  expect(`${page}\n${largeSection(written)}`).toBe(written)
  expect(largeSection(page)).toBe('')
})
