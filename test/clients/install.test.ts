import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect } from 'vitest'
import { accessOf, cells, inSandbox } from './support/cells.ts'
import { npm11 } from './support/clients/npm.ts'
import { programOf, publishOk, readTree, samplePackage, servedTree } from './support/packages.ts'
import { runOk } from './support/process.ts'
import type { Sandbox } from './support/sandbox.ts'

const names = ['kit', '@kits/kit'] as const

beforeAll(async () => {
  await inSandbox(npm11, accessOf('ana'), async (box) => {
    for (const name of names) await publishOk(box, samplePackage(box, name, '1.0.0'), { access: 'public' })
    await publishTree(box)
  })
})

/** Leaves in three versions, a package in the middle that wants the older ones, and one on top that wants both. */
async function publishTree(box: Sandbox): Promise<void> {
  for (const version of ['1.0.0', '1.1.0', '2.0.0']) {
    await publishOk(box, linkedPackage(box, 'tree-leaf', version, {}, `exports.version = '${version}'\n`))
  }
  const middle = `exports.leaf = require('tree-leaf').version\n`
  await publishOk(box, linkedPackage(box, '@trees/middle', '1.0.3', { 'tree-leaf': '^1.0.0' }, middle))
  const top = `exports.seen = [require('tree-leaf').version, require('@trees/middle').leaf]\n`
  await publishOk(
    box,
    linkedPackage(box, 'tree-top', '0.2.1', { 'tree-leaf': '^2.0.0', '@trees/middle': '~1.0.0' }, top),
  )
}

function linkedPackage(
  box: Sandbox,
  name: string,
  version: string,
  dependencies: Readonly<Record<string, string>>,
  code: string,
): string {
  const manifest = JSON.stringify({ name, version, license: 'MIT', main: 'index.js', dependencies })
  return samplePackage(box, name, version, { 'package.json': manifest, 'index.js': code })
}

describe('installing', () => {
  cells('install', async (box) => {
    const project = box.project('app')
    for (const name of names) await box.ok(box.client.add(name), { cwd: project })
    for (const name of names) await expectAsServed(box, project, name)
  })

  cells('bin', async (box) => {
    const project = box.project('app')
    await box.ok(box.client.add('kit'), { cwd: project })
    const { stdout } = await box.ok(box.client.runBin(programOf('kit')), { cwd: project })
    expect(stdout).toContain('hello from 1.0.0')
  })

  cells('tree', async (box) => {
    const project = box.project('app', {
      name: 'app',
      version: '0.0.0',
      private: true,
      dependencies: { 'tree-top': '^0.2.0' },
    })
    await box.ok(box.client.install, { cwd: project })
    const script = 'console.log(JSON.stringify(require("tree-top").seen))'
    const { stdout } = await runOk([process.execPath, '-e', script], { cwd: project, env: box.env })
    expect(JSON.parse(stdout)).toEqual(['2.0.0', '1.1.0'])
  })

  cells('lock', async (box) => {
    const project = box.project('app')
    for (const name of names) await box.ok(box.client.add(name), { cwd: project })
    const lock = readFileSync(join(project, box.client.lockFile), 'utf8')
    expect(lock).toContain('kit')
    expect(lock).not.toMatch(/x-amz|signature|127\.0\.0\.1/i)
    // Links that it does hold are the registry's own.
    for (const [link] of lock.matchAll(/https?:\/\/[^\s"'#,}\]]+/g)) expect(link).toContain(accessOf('ana').registry)
  })

  cells('frozen', async (box) => {
    const project = box.project('app')
    for (const name of names) await box.ok(box.client.add(name), { cwd: project })
    // On another machine, with nothing but the two files.
    await inSandbox(box.client, accessOf('stranger'), async (other) => {
      const copy = other.project('app')
      for (const file of ['package.json', box.client.lockFile]) copyFileSync(join(project, file), join(copy, file))
      await other.ok(box.client.frozenInstall, { cwd: copy })
      for (const name of names) await expectAsServed(other, copy, name)
    })
  })
})

/** Every file, its content and its mode, is what the registry serves, and nothing else is there. */
async function expectAsServed(box: Sandbox, project: string, name: string): Promise<void> {
  const { registry, token } = accessOf('ana')
  const served = await servedTree(box, token, name, '1.0.0', registry)
  expect(Object.keys(served)).toHaveLength(11)
  expect(readTree(join(project, 'node_modules', name))).toEqual(served)
}
