import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Actor } from '../support/actor.ts'
import { newAccount } from './support/accounts.ts'
import { inSandbox } from './support/cells.ts'
import { npm11 } from './support/clients/npm.ts'
import { inheritedEnvironment, root } from './support/install.ts'
import { run } from './support/process.ts'
import { password } from './support/registry.ts'

/** The scripts of `docs/flat-api.md`, as they stand there, and npm beside the short addresses. */

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-flat-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const shell = (script: string) =>
  run(['sh', '-c', script], { cwd: folder, env: inheritedEnvironment(), timeoutMs: 60_000 })
const tools = await run(['sh', '-c', 'command -v curl && command -v jq && command -v sha256sum'], {
  cwd: root,
  env: inheritedEnvironment(),
})

describe.runIf(tools.code === 0)('the page’s scripts, with curl and jq', () => {
  const page = readFileSync(join(root, 'docs/flat-api.md'), 'utf8')
  const [publishing = '', validating = ''] = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, script]) => script)

  const asUser = (script: string, username: string, file: string) =>
    script
      .replace('http://localhost:3325', inject('registry').url)
      .replace('"username":"me"', `"username":"${username}"`)
      .replace('a brush of badger hair', password)
      .replace('F=model.zip', `F=${file}`)
      .replaceAll('\\"model\\"', `\\"@${username}/model\\"`)
      .replace('/model/1.0.0/', `/@${username}/model/1.0.0/`)

  test.each([
    ['of 0 bytes', 'empty.bin', 0],
    ['of several parts', 'large.bin', 17_000_000],
  ])('a file %s is validated, published and downloaded', async (_, file, sizeBytes) => {
    const username = `flat-${sizeBytes}`
    await newAccount(username)
    const content = Buffer.alloc(sizeBytes, 'what is sent ')
    writeFileSync(join(folder, file), content)
    const [preparing] = publishing.split('\nsend ')
    const tried = await shell(asUser(`${preparing}\n${validating}`, username, file))
    expect(tried, tried.transcript).toMatchObject({ code: 0, stdout: expect.stringMatching(/^valid\nnull\n\[\]\n$/) })
    const published = await shell(asUser(publishing, username, file))
    expect(published, published.transcript).toMatchObject({ code: 0, stdout: 'published\n' })
    expect(readFileSync(join(folder, 'copy.zip')).equals(content)).toBe(true)
    const again = await shell(asUser(publishing, username, file))
    expect(again, again.transcript).toMatchObject({ stdout: 'version_taken\n' })
  })
})

test('npm views and installs the package history, whatever users have at its address', async () => {
  const { url } = inject('registry')
  const access = await newAccount('historian')
  const owner = new Actor(url, access.token)
  expect((await owner.publish('history', '5.3.0', { access: 'public' })).status).toBe(201)
  await inSandbox(npm11, access, async (box) => {
    for (const spec of ['history', 'history@5.3.0', 'history@latest', 'history@^5'])
      expect((await box.ok(['view', spec, 'version'])).stdout.trim()).toBe('5.3.0')
    await box.ok(['install', 'history@5'])
  })
  expect((await owner.fetch('/history/historian')).status).toBe(200)
})
