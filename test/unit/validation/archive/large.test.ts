import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { LargeWalk } from './large-process.ts'

const child = new URL('./large-process.ts', import.meta.url).pathname

// Of 5 GB and of all kinds: npm run bench:archives
test.each(['zip', 'tar.zst'])(
  '200 MB in a %s are walked in a fraction of it',
  (kind) => {
    const { stdout, stderr } = spawnSync(process.execPath, [child, kind, '200'], { encoding: 'utf8' })
    expect(stderr).toBe('')
    const walk: LargeWalk = JSON.parse(stdout)
    expect(walk).toMatchObject({ codes: [], complete: true, contentBytes: 25 * 8 * 1024 * 1024 })
    expect(walk.residentBytes).toBeLessThan(200_000_000)
  },
  60_000,
)
