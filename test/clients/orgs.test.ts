import { beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { accessOf, inSandbox } from './support/cells.ts'
import { npm11, npm12 } from './support/clients/npm.ts'
import { inheritedEnvironment, root } from './support/install.ts'
import { runOk } from './support/process.ts'
import type { Sandbox } from './support/sandbox.ts'
import { actor } from './support/shared.ts'

/** `npm run deckle -- …`, as somebody at the registry's shell. */
async function deckle(...args: readonly string[]): Promise<void> {
  const { dataDirectory } = inject('registry')
  await runOk(['npm', 'run', '--silent', 'deckle', '--', '--data', dataDirectory, ...args], {
    cwd: root,
    env: inheritedEnvironment(),
  })
}

const clients = [npm11, npm12]
const orgOf = ({ id }: (typeof clients)[number]) => `org-${id}`
const said = async (box: Sandbox, ...args: readonly string[]) => (await box.ok(args)).stdout.trim()

/** What a command that is refused tells its user. */
async function refused(box: Sandbox, ...args: readonly string[]): Promise<string> {
  const outcome = await box.run(args)
  expect(outcome.code, outcome.transcript).not.toBe(0)
  return outcome.output
}

beforeAll(async () => {
  for (const client of clients) await deckle('org', 'add', orgOf(client), '--owner', 'ana')
  // Made past the edge, which may know ana as she was for half a minute
  for (const client of clients) {
    const known = async () => expect((await actor('ana').fetch(`/-/org/${orgOf(client)}/user`)).status).toBe(200)
    await vi.waitFor(known, { timeout: 45_000, interval: 500 })
  }
}, 120_000)

describe.each(clients)('$label', (client) => {
  const org = orgOf(client)

  test('npm org adds, changes, lists and removes members', async () => {
    await inSandbox(client, accessOf('ana'), async (box) => {
      expect(await said(box, 'org', 'set', org, 'bob')).toContain(`Added bob as developer to ${org}. You now have 2`)
      expect(await said(box, 'org', 'set', org, 'bob', 'admin', '--json')).toContain('"role": "admin"')
      expect(JSON.parse(await said(box, 'org', 'ls', org, '--json'))).toEqual({ ana: 'owner', bob: 'admin' })
      expect(await refused(box, 'org', 'set', org, 'nobody')).toContain('There is no user "nobody".')
      expect(await refused(box, 'org', 'rm', org, 'ana')).toContain('must stay one')
      expect(await said(box, 'org', 'rm', org, 'bob')).toContain(`Successfully removed bob from ${org}`)
      expect(JSON.parse(await said(box, 'org', 'ls', org, '--json'))).toEqual({ ana: 'owner' })
    })
  })

  test('npm team makes, fills, lists, empties and deletes a team', async () => {
    await inSandbox(client, accessOf('ana'), async (box) => {
      expect(await said(box, 'team', 'create', `@${org}:ops`)).toBe(`+@${org}:ops`)
      expect(await refused(box, 'team', 'add', `${org}:ops`, 'bob')).toContain(`npm org set ${org} bob`)
      await box.ok(['org', 'set', org, 'bob'])
      expect(await said(box, 'team', 'add', `${org}:ops`, 'bob')).toBe(`bob added to @${org}:ops`)
      expect(JSON.parse(await said(box, 'team', 'ls', org, '--json'))).toEqual([`${org}:developers`, `${org}:ops`])
      expect(JSON.parse(await said(box, 'team', 'ls', `${org}:ops`, '--json'))).toEqual(['bob'])
      expect(await said(box, 'team', 'rm', `${org}:ops`, 'bob')).toBe(`bob removed from @${org}:ops`)
      expect(await said(box, 'team', 'ls', `${org}:ops`)).toContain('has 0 users')
      expect(await said(box, 'team', 'destroy', `${org}:ops`)).toBe(`-@${org}:ops`)
      expect(await refused(box, 'team', 'destroy', `${org}:developers`)).toContain('cannot be deleted')
    })
  })

  test('to others there is no such organisation', async () => {
    await inSandbox(client, accessOf('bob'), async (box) => {
      const missing = await refused(box, 'org', 'ls', 'no-such-org')
      expect(missing).toContain('there is no organisation "no-such-org"')
      await inSandbox(client, accessOf('ana'), async (owner) => {
        await owner.ok(['org', 'rm', org, 'bob'])
      })
      expect(await refused(box, 'org', 'ls', org)).toContain(`there is no organisation "${org}"`)
    })
  })
})
