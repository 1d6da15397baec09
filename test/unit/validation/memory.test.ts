import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const child = new URL('./memory-process.ts', import.meta.url).pathname

test('all checks of a large archive together hold a small part of it', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--max-old-space-size=96', child], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const { verdict, unpackedBytes, grownBytes } = JSON.parse(stdout)
  expect(verdict).toBe('accepted')
  expect(unpackedBytes).toBeGreaterThan(190_000_000)
  expect(grownBytes).toBeLessThan(120_000_000)
}, 60_000)
