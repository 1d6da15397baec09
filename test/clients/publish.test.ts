import { describe, expect, inject } from 'vitest'
import { tarball } from '../builders/tarball.ts'
import { accessOf, cells } from './support/cells.ts'
import { contents, publish, publishOk, readTree, samplePackage, servedTree } from './support/packages.ts'
import type { Outcome } from './support/process.ts'

describe('publishing', () => {
  cells('publish', async (box) => {
    const name = `plain-${box.client.id}`
    const folder = samplePackage(box, name, '1.0.0')
    await publishOk(box, folder)
    const { registry, token } = accessOf('ana')
    const served = await servedTree(box, token, name, '1.0.0', registry)
    const source = Object.entries(readTree(folder)).filter(([path]) => !isClientFile(path))
    expect(contents(served)).toEqual(contents(Object.fromEntries(source)))
    expect(served['bin/tool.js']).toMatch(/^755 /)
    expect(await status(name, 'stranger')).toBe(404)
  })

  cells('publish_scoped', async (box) => {
    const name = `@scope-${box.client.id}/lib`
    await publishOk(box, samplePackage(box, name, '1.0.0'))
    expect(await packument(name)).toMatchObject({ 'dist-tags': { latest: '1.0.0' } })
  })

  cells('publish_access', async (box) => {
    const name = `@scope-${box.client.id}/open`
    await publishOk(box, samplePackage(box, name, '1.0.0'), { access: 'public' })
    expect(await status(name, 'stranger')).toBe(200)
  })

  cells('publish_tag', async (box) => {
    const name = `tagged-${box.client.id}`
    await publishOk(box, samplePackage(box, name, '1.0.0'))
    await publishOk(box, samplePackage(box, name, '2.0.0-beta.1'), { tag: 'next' })
    expect(await packument(name)).toMatchObject({ 'dist-tags': { latest: '1.0.0', next: '2.0.0-beta.1' } })
  })
})

describe('refusals', () => {
  cells('refused_secret', async (box) => {
    const name = `secret-${box.client.id}`
    // Put together here, so that no scanner finds a secret in this file.
    const secret = ['ghp', '_', '1B4a2e77838347a7E420', 'ce178F2E7c6912E1'].join('')
    const outcome = await publish(
      box,
      samplePackage(box, name, '1.0.0', { 'lib/config.js': `exports.token = '${secret}'\n` }),
    )
    expect(outcome.code, outcome.transcript).not.toBe(0)
    expect(unwrapped(outcome)).toContain('secret_found')
    expect(unwrapped(outcome)).toContain('lib/config.js')
    expect(outcome.output).not.toContain(secret)
    expect(await status(name, 'ana')).toBe(404)
  })

  cells('refused_path', async (box) => {
    const name = `escape-${box.client.id}`
    const archive = tarball()
      .file('package/package.json', JSON.stringify({ name, version: '1.0.0', license: 'MIT' }))
      .file('package/../../../.bashrc', 'echo gotcha\n')
    const file = box.write('escape.tgz', archive.gzip())
    const outcome = await box.run(box.client.publishArchive(file), {
      cwd: box.project('app', { name: 'app', version: '0.0.0' }),
    })
    expect(outcome.code, outcome.transcript).not.toBe(0)
    expect(unwrapped(outcome)).toContain('archive_parent_path')
    expect(await status(name, 'ana')).toBe(404)
  })

  // Prereleases, because npm looks for other versions before it publishes, and would not ask the registry.
  cells('republish_other', async (box) => {
    const name = `taken-${box.client.id}`
    await publishOk(box, samplePackage(box, name, '1.0.0-beta.1'), { tag: 'next' })
    const changed = samplePackage(box, name, '1.0.0-beta.1', { 'index.js': 'exports.version = "another"\n' })
    const outcome = await publish(box, changed, { tag: 'next' })
    expect(outcome.code, outcome.transcript).not.toBe(0)
    expect(unwrapped(outcome)).toContain('You cannot publish over the previously published versions: 1.0.0-beta.1')
  })

  cells('republish_same', async (box) => {
    const name = `again-${box.client.id}`
    const folder = samplePackage(box, name, '1.0.0-beta.1')
    await publishOk(box, folder, { tag: 'next' })
    await publishOk(box, folder, { tag: 'next' })
  })
})

/** pnpm 12 breaks lines, and draws a frame beside them. */
function unwrapped({ output }: Outcome): string {
  return output.replace(/[\s│]+/g, ' ')
}

function isClientFile(path: string): boolean {
  return ['yarn.lock', 'pnpm-workspace.yaml', '.yarnrc.yml', '.npmrc'].includes(path) || path.startsWith('.yarn/')
}

async function read(name: string, who: 'ana' | 'stranger'): Promise<Response> {
  const token = who === 'ana' ? inject('registry').tokens.ana : undefined
  return fetch(`${inject('registry').url}/${name.replace('/', '%2f')}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  })
}

async function status(name: string, who: 'ana' | 'stranger'): Promise<number> {
  const answer = await read(name, who)
  await answer.text()
  return answer.status
}

async function packument(name: string): Promise<unknown> {
  return JSON.parse(await (await read(name, 'ana')).text())
}
