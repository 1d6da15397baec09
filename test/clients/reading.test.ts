import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { accessOf, cells } from './support/cells.ts'
import { download } from './support/packages.ts'
import type { Sandbox } from './support/sandbox.ts'
import { actor, seed } from './support/shared.ts'

const own = { description: 'Glass in a tube', x_color: 'ultramarine' }

beforeAll(async () => {
  await seed('@look/lib', ['1.0.0', '1.1.0'], { access: 'public', manifest: own })
  await seed('@look/lib', ['2.0.0-rc.1'], { tag: 'next', manifest: own })
  await seed('@look/hidden', ['1.0.0'], { manifest: { keywords: ['kaleidoscope'] } })
})

describe('looking', () => {
  cells('view', async (box) => {
    const { stdout } = await box.ok(box.client.commands.view('@look/lib'), { cwd: box.project('app') })
    expect(stdout).toContain('1.1.0')
    expect(stdout).toContain(own.description)
  })

  cells('view_field', async (box) => {
    const cwd = box.project('app')
    const field = async (spec: string, name: string) =>
      (await box.ok(box.client.commands.viewField(spec, name), { cwd })).stdout
    expect(await field('@look/lib', 'description')).toContain(own.description)
    expect(await field('@look/lib', 'x_color')).toContain(own.x_color)
    expect(await field('@look/lib@1.0.0', 'version')).toContain('1.0.0')
  })

  cells('outdated', async (box) => {
    const cwd = await installed(box)
    const { output } = await box.run(box.client.commands.outdated, { cwd })
    expect(output).toMatch(/@look\/lib\W+1\.0\.0\W.*1\.1\.0/)
  })

  cells('pack', async (box) => {
    const cwd = box.project('app')
    await box.ok(box.client.commands.pack('@look/lib@1.0.0'), { cwd })
    const { registry, token } = accessOf('ana')
    const bytes = await download(registry, token, '@look/lib', '1.0.0')
    expect(readFileSync(join(cwd, 'look-lib-1.0.0.tgz')).equals(bytes)).toBe(true)
  })

  cells('search', async (box) => {
    const found = await box.ok(box.client.commands.search('kaleidoscope'))
    expect(found.stdout).toContain('@look/hidden')
    box.configure(accessOf('bob'))
    expect((await box.ok(box.client.commands.search('kaleidoscope'))).stdout).not.toContain('@look/hidden')
  })
})

describe('auditing', () => {
  cells('audit', async (box) => {
    const { code, output, transcript } = await box.run(box.client.commands.audit, { cwd: await installed(box) })
    expect(code, transcript).not.toBe(0)
    expect(output).toMatch(/no source of security advisories|doesn.t exist|- 404/)
    expect(output).not.toMatch(/found 0|no known|no vulnerabilities/i)
  })

  cells('audit_signatures', async (box) => {
    const { output } = await box.ok(box.client.commands.auditSignatures, { cwd: await installed(box) })
    expect(output).toMatch(/No dependencies were installed from a registry with signing keys/)
  })
})

describe('what there is not', () => {
  cells('foreign', async (box) => {
    const { code, output, transcript } = await box.run(box.client.commands.foreign, { cwd: box.project('app') })
    expect(code, transcript).not.toBe(0)
    expect(output).toMatch(/not found|404|failed to provide the requested resource/i)
  })

  test('an unknown address below /-/ is a 404 in JSON, with what to do', async () => {
    for (const path of ['/-/orgs/acme', '/-/stage', '/-/npm/v1/hooks', '/-/x', '/-/package/lib/trust']) {
      const answer = await actor('ana').fetch(path)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/json'])
      expect(JSON.parse(await answer.text())).toMatchObject({
        code: 'not_found',
        error: expect.stringContaining('address'),
      })
    }
  })
})

/** A project that has an old version of a package. @returns its folder */
async function installed(box: Sandbox): Promise<string> {
  const dependencies = { '@look/lib': '~1.0.0' }
  const cwd = box.project('app', { name: 'app', version: '0.0.0', private: true, dependencies })
  await box.ok(box.client.install, { cwd })
  return cwd
}
