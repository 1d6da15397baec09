import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { accessOf, cells, inSandbox } from './support/cells.ts'
import { npm11 } from './support/clients/npm.ts'
import { yarn1 } from './support/clients/yarn1.ts'
import { yarn4 } from './support/clients/yarn4.ts'
import { publishOk, readTree, samplePackage, servedTree } from './support/packages.ts'

beforeAll(async () => {
  await inSandbox(npm11, accessOf('ana'), async (box) => {
    await publishOk(box, samplePackage(box, 'hidden', '1.0.0'))
    await publishOk(box, samplePackage(box, '@hide/hidden', '1.0.0'))
  })
  await inSandbox(npm11, accessOf('ana', 'closedRegistry'), async (box) => {
    await publishOk(box, samplePackage(box, 'inside', '1.0.0'), { access: 'public' })
  })
})

describe('a private package', () => {
  cells('private_owner', async (box) => {
    const project = box.project('app')
    const { registry, token } = accessOf('ana')
    for (const name of ['hidden', '@hide/hidden']) {
      await box.ok(box.client.add(name), { cwd: project })
      expect(readTree(join(project, 'node_modules', name))).toEqual(
        await servedTree(box, token, name, '1.0.0', registry),
      )
    }
  })

  cells(
    'private_stranger',
    async (box) => {
      for (const who of ['stranger', 'bob'] as const) {
        rmSync(join(box.home, '.npmrc'), { force: true })
        box.configure(accessOf(who))
        for (const name of ['hidden', '@hide/hidden']) {
          const real = await box.run(box.client.add(name), { cwd: box.project('app') })
          const none = await box.run(box.client.add(name.replace('hidden', 'absent')), { cwd: box.project('app') })
          expect(real.code, real.transcript).not.toBe(0)
          expect(real.output).toMatch(/404|not found/i)
          expect(comparable(real.output)).toBe(comparable(none.output))
        }
      }
    },
    'stranger',
  )

  // What the notes of the two in docs/clients.md promise: the one line is needed, and enough (`private_owner`).
  for (const [client, line] of [
    [yarn1, 'always-auth'],
    [yarn4, 'npmAlwaysAuth'],
  ] as const) {
    test.concurrent(`without a scope is not found by ${client.label} unless ${line} is set`, async () => {
      await inSandbox(client, accessOf('ana'), async (box) => {
        for (const [path, lines] of Object.entries(client.settings(accessOf('ana')))) {
          box.write(path, `${lines.filter((text) => !text.startsWith(line)).join('\n')}\n`)
        }
        expect((await box.run(client.add('hidden'), { cwd: box.project('app') })).code).not.toBe(0)
        await box.ok(client.add('@hide/hidden'), { cwd: box.project('other') })
      })
    })
  }
})

describe('a registry that requires a login', () => {
  cells(
    'login_required',
    async (box) => {
      box.configure(accessOf('stranger', 'closedRegistry'))
      const refused = await box.run(box.client.add('inside'), { cwd: box.project('app') })
      expect(refused.code, refused.transcript).not.toBe(0)
      box.configure(accessOf('bob', 'closedRegistry'))
      const project = box.project('other')
      await box.ok(box.client.add('inside'), { cwd: project })
      const { registry, token } = accessOf('bob', 'closedRegistry')
      expect(readTree(join(project, 'node_modules/inside'))).toEqual(
        await servedTree(box, token, 'inside', '1.0.0', registry),
      )
    },
    'stranger',
  )
})

/** What a client said, less the package's name and what differs between any two runs. */
function comparable(output: string): string {
  return output
    .replace(/absent/g, 'hidden')
    .replace(/\d+(\.\d+)? ?m?s\b|\d{4}-\d\d-\d\d[T_][\w:.-]+Z?|[\w./-]*debug-\d+\.log/g, '…')
    .split('\n')
    .filter((line) => /hidden|error|err/i.test(line))
    .join('\n')
}
