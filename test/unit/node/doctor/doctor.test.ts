import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseConfig } from '../../../../src/config.ts'
import { checksOf } from '../../../../src/node/doctor/doctor.ts'
import { Exam } from '../../../../src/node/doctor/exam.ts'
import { webPlatform } from '../../../../src/std/platform.ts'

const config = parseConfig({
  DECKLE_PUBLIC_URL: 'https://registry.example.com',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'a-secret-of-a-deployment',
})
const checks = checksOf(new Exam({ config, platform: webPlatform, waitMs: 1_000 }))

test('each check builds on earlier ones only', () => {
  const names = checks.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const [place, { needs }] of checks.entries()) {
    for (const need of needs) expect(names.slice(0, place)).toContain(need)
  }
})

test('the documentation explains each check, in their order, with what it needs', async () => {
  const page = await readFile(fileURLToPath(new URL('../../../../docs/doctor.md', import.meta.url)), 'utf8')
  const rows = page
    .slice(page.indexOf('## Checks'))
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | '))
  expect(rows.map(([name]) => name?.replace(/[|` ]/g, ''))).toEqual(['settings', ...checks.map(({ name }) => name)])
  for (const [index, { needs }] of checks.entries()) {
    for (const need of needs) expect(rows[index + 1]?.[2]).toContain(`\`${need}\``)
  }
})
