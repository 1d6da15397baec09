import { beforeAll, describe, expect } from 'vitest'
import { accessOf, cells, inSandbox } from './support/cells.ts'
import { npm11 } from './support/clients/npm.ts'
import { until } from './support/registry.ts'
import { actor, packumentNow, seed, statusNow } from './support/shared.ts'

beforeAll(async () => {
  await seed('faded', ['1.0.0'], { access: 'public' })
  await inSandbox(npm11, accessOf('ana'), async (box) => {
    await box.ok(box.client.commands.deprecate('faded', 'use vivid'))
  })
})

describe('deprecating', () => {
  cells('deprecate', async (box) => {
    const name = `@old-${box.client.id}/lib`
    const cwd = box.project('app')
    await seed(name, ['1.0.0', '1.1.0', '2.0.0'])
    await box.ok(box.client.commands.deprecate(`${name}@1.x`, 'use 2.0, it is better'), { cwd })
    expect(await deprecations(name)).toEqual(['use 2.0, it is better', 'use 2.0, it is better', undefined])
    await box.ok(box.client.commands.undeprecate(`${name}@1.x`), { cwd })
    expect(await deprecations(name)).toEqual([undefined, undefined, undefined])
  })

  cells('deprecated_shown', async (box) => {
    const { output } = await box.ok(box.client.add('faded'), { cwd: box.project('app') })
    expect(output).toMatch(/(deprecated|warning) .*faded@1\.0\.0/)
  })
})

describe('unpublishing', () => {
  cells('unpublish', async (box) => {
    const name = `@gone-${box.client.id}/lib`
    await seed(name, ['1.0.0', '1.1.0'])
    await box.ok(box.client.commands.unpublish(`${name}@1.0.0`), { cwd: box.project('app') })
    expect(Object.keys((await packumentNow(name)).versions)).toEqual(['1.1.0'])
    await until(async () => (await fileStatus(`/${name}/-/lib-1.0.0.tgz`)) === 404, 20_000)
    const again = await actor('ana').publish(name, '1.0.0')
    expect(JSON.parse(await again.text())).toMatchObject({ code: 'version_unpublished' })
  })

  cells('unpublish_all', async (box) => {
    const name = `@gone-${box.client.id}/all`
    await seed(name, ['1.0.0', '1.1.0'])
    await box.ok(box.client.commands.unpublishAll(name), { cwd: box.project('app') })
    expect(await statusNow('ana', `/${name.replace('/', '%2f')}`)).toBe(404)
    expect((await actor('bob').publish(name, '2.0.0')).status).toBe(403)
    expect((await actor('ana').publish(name, '2.0.0')).status).toBe(201)
  })
})

/** What somebody gets who downloads, from the storage server in the end. */
async function fileStatus(path: string): Promise<number> {
  const answer = await actor('ana').fetch(path, { redirect: 'follow' })
  await answer.arrayBuffer()
  return answer.status
}

async function deprecations(name: string): Promise<readonly (string | undefined)[]> {
  return Object.values((await packumentNow(name)).versions).map(({ deprecated }) => deprecated)
}
