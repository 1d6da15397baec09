import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect } from 'vitest'
import { accessOf, cells, inSandbox } from './support/cells.ts'
import { npm11 } from './support/clients/npm.ts'
import { publishOk, samplePackage } from './support/packages.ts'
import type { Sandbox } from './support/sandbox.ts'

beforeAll(async () => {
  await inSandbox(npm11, accessOf('ana'), async (box) => {
    await publishOk(box, samplePackage(box, 'fresh', '1.0.0'), { access: 'public' })
  })
})

const wantsFresh = { name: 'app', version: '0.0.0', private: true, dependencies: { fresh: '^1.0.0' } }
/** pnpm takes a fresh release when there is no other, and notes that it did, unless it is told to be strict. */
const strict = 'minimumReleaseAgeStrict: true\n'

describe('releases of today', () => {
  cells('age_gate', async (box) => {
    const refused = await box.run(box.client.install, { cwd: gatedProject(box) })
    expect(refused.code, refused.transcript).not.toBe(0)
    expect(refused.output).toMatch(/minimum ?release ?age|quarantine|mature/i)
    box.configure(accessOf('ana'))
    const open = box.project('open', wantsFresh)
    if (isPnpm(box)) appendFileSync(join(open, 'pnpm-workspace.yaml'), strict)
    await box.ok(box.client.install, { cwd: open })
  })
})

/** A project of somebody who has not read the docs. */
function gatedProject(box: Sandbox): string {
  const project = box.project('gated', wantsFresh)
  if (isPnpm(box)) writeFileSync(join(project, 'pnpm-workspace.yaml'), strict)
  for (const [path, lines] of Object.entries(box.client.settings(accessOf('ana')))) {
    box.write(path, `${lines.filter((line) => !line.startsWith('npmMinimalAgeGate')).join('\n')}\n`)
  }
  return project
}

function isPnpm(box: Sandbox): boolean {
  return box.client.id.startsWith('pnpm')
}
