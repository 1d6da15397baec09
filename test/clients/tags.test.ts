import { describe, expect } from 'vitest'
import { cells } from './support/cells.ts'
import { publishOk, samplePackage } from './support/packages.ts'

describe('dist-tags', () => {
  cells('tags', async (box) => {
    const name = `@tags-${box.client.id}/lib`
    await publishOk(box, samplePackage(box, name, '1.0.0'))
    const folder = samplePackage(box, name, '1.1.0')
    await publishOk(box, folder)
    const list = async () => (await box.ok(box.client.commands.tags.list(name), { cwd: folder })).stdout
    expect(await list()).toMatch(/latest(: | → )1\.1\.0/)
    await box.ok(box.client.commands.tags.add(name, '1.0.0', 'stable'), { cwd: folder })
    expect(await list()).toMatch(/stable(: | → )1\.0\.0/)
    await box.ok(box.client.commands.tags.remove(name, 'stable'), { cwd: folder })
    expect(await list()).not.toMatch(/stable/)
  })
})
