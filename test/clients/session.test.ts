import { describe, expect, inject } from 'vitest'
import { cells } from './support/cells.ts'
import { logIn, password } from './support/registry.ts'
import type { Sandbox } from './support/sandbox.ts'

describe('a session', () => {
  cells('ping', async (box) => {
    await box.ok(box.client.ping)
  })

  cells('whoami', async (box) => {
    expect((await box.ok(box.client.whoami)).stdout).toMatch(/\bana\b/)
  })

  cells(
    'login',
    async (box) => {
      expect((await box.run(box.client.whoami)).code).not.toBe(0)
      await logInByPrompts(box)
      expect((await box.ok(box.client.whoami)).stdout).toMatch(/\bana\b/)
    },
    'stranger',
  )

  cells(
    'logout',
    async (box) => {
      const { url } = inject('registry')
      const token = await logIn(url, 'ana')
      box.configure({ registry: `${url}/`, token })
      expect(await whoami(url, token)).toBe(200)
      await box.ok(box.client.logout)
      expect(await whoami(url, token)).toBe(401)
    },
    'stranger',
  )
})

async function logInByPrompts(box: Sandbox): Promise<void> {
  const { args, prompts, terminal } = box.client.login
  const says = { username: 'ana', password, email: 'ana@example.org' }
  const enter = terminal ? '\r' : '\n'
  await box.ok(args, {
    terminal,
    answers: prompts.map(({ when, answer }) => ({ when, say: `${says[answer]}${enter}` })),
    // Somebody sits in front of it.
    env: { CI: '' },
  })
}

async function whoami(url: string, token: string): Promise<number> {
  const answer = await fetch(`${url}/-/whoami`, { headers: { authorization: `Bearer ${token}` } })
  await answer.text()
  return answer.status
}
