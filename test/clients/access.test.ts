import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { accessOf, cells, inSandbox } from './support/cells.ts'
import type { Access } from './support/client.ts'
import { npm11 } from './support/clients/npm.ts'
import { publishOk, readTree, samplePackage, servedTree } from './support/packages.ts'
import { type RunningRegistry, startRegistry } from './support/registry.ts'

/** Where nothing can be read without a login. */
let closed: RunningRegistry

beforeAll(async () => {
  closed = await startRegistry({ DECKLE_REQUIRE_LOGIN: 'true' })
  await inSandbox(npm11, accessOf('ana'), async (box) => {
    await publishOk(box, samplePackage(box, 'hidden', '1.0.0'))
    await publishOk(box, samplePackage(box, '@hide/hidden', '1.0.0'))
  })
  await inSandbox(npm11, closedAccess('ana'), async (box) => {
    await publishOk(box, samplePackage(box, 'inside', '1.0.0'), { access: 'public' })
  })
})

afterAll(() => closed.stop())

function closedAccess(who: 'ana' | 'bob' | 'stranger'): Access {
  const { url, tokens } = closed.address
  return { registry: `${url}/`, ...(who === 'stranger' ? {} : { token: tokens[who] }) }
}

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
})

describe('a registry that requires a login', () => {
  cells(
    'login_required',
    async (box) => {
      box.configure(closedAccess('stranger'))
      const refused = await box.run(box.client.add('inside'), { cwd: box.project('app') })
      expect(refused.code, refused.transcript).not.toBe(0)
      box.configure(closedAccess('bob'))
      const project = box.project('other')
      await box.ok(box.client.add('inside'), { cwd: project })
      const { registry, token } = closedAccess('bob')
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
