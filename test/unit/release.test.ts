import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { release } from '../../src/release.ts'

test('the registry says the version of its package', async () => {
  const file = fileURLToPath(new URL('../../package.json', import.meta.url))
  expect(release).toBe(JSON.parse(await readFile(file, 'utf8')).version)
})
