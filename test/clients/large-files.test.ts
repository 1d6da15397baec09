import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { newAccount } from './support/accounts.ts'
import { inheritedEnvironment, root } from './support/install.ts'
import { run } from './support/process.ts'
import { password } from './support/registry.ts'

/** The scripts of `docs/large-files.md`, as they stand there. */

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckle-large-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const username = 'large'
const shell = (script: string, cwd: string = root) =>
  run(['sh', '-e', '-c', script], {
    cwd,
    env: { ...inheritedEnvironment(), DECKLE_PASSWORD: password },
    timeoutMs: 60_000,
  })
const tools = await shell('command -v curl && command -v shasum && command -v split && command -v wget')

describe.runIf(tools.code === 0)('the page’s scripts, with curl and wget', () => {
  const page = readFileSync(join(root, 'docs/large-files.md'), 'utf8')
  const [publishing = '', downloading = '', byLink = ''] = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, text]) =>
    text
      ?.replace('http://localhost:3325', inject('registry').url)
      .replace('\\"admin\\"', `\\"${username}\\"`)
      .replace('"package":"model"', `"package":"@${username}/model"`)
      .replaceAll('40000000', '17000000')
      .replaceAll('/generic/model/', `/generic/@${username}/model/`),
  )

  test('a file of several parts is published, and comes back by redirect and by link', async () => {
    await newAccount(username)
    const said = await shell([publishing, downloading, 'mv again.bin first.bin', byLink].join('\n'), folder)
    expect(said, said.transcript).toMatchObject({ code: 0, stdout: expect.stringContaining('"state":"published"') })
    const content = readFileSync(join(folder, 'weights.bin'))
    for (const name of ['first.bin', 'again.bin']) expect(readFileSync(join(folder, name)).equals(content)).toBe(true)
  })
})
