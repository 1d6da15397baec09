import { describe, expect, inject } from 'vitest'
import { accessOf, cells } from './support/cells.ts'
import { dialogue } from './support/dialogue.ts'
import { allowLogin, loginPage } from './support/login-page.ts'
import { logIn } from './support/registry.ts'

describe('a session', () => {
  cells('ping', async (box) => {
    await box.ok(box.client.commands.ping)
  })

  cells('whoami', async (box) => {
    expect((await box.ok(box.client.commands.whoami)).stdout).toMatch(/\bana\b/)
  })

  cells(
    'login',
    async (box) => {
      expect((await box.run(box.client.commands.whoami)).code).not.toBe(0)
      await dialogue(box, box.client.commands.login, 'ana')
      expect((await box.ok(box.client.commands.whoami)).stdout).toMatch(/\bana\b/)
    },
    'stranger',
  )

  cells(
    'web_login',
    async (box) => {
      box.configure(accessOf('stranger', 'closedRegistry'))
      await dialogue(box, box.client.commands.webLogin, 'ana', {
        when: loginPage,
        act: (url) => allowLogin(url, 'ana'),
      })
      expect((await box.ok(box.client.commands.whoami)).stdout).toMatch(/\bana\b/)
    },
    'stranger',
  )

  cells(
    'add_user',
    async (box) => {
      const name = `new-${box.client.id}`
      await dialogue(box, box.client.commands.addUser, name)
      expect((await box.ok(box.client.commands.whoami)).stdout).toContain(name)
      expect(await whoami(inject('registry').url, await logIn(inject('registry').url, name))).toBe(200)
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
      await box.ok(box.client.commands.logout)
      expect(await whoami(url, token)).toBe(401)
    },
    'stranger',
  )
})

async function whoami(url: string, token: string): Promise<number> {
  const answer = await fetch(`${url}/-/whoami`, { headers: { authorization: `Bearer ${token}` } })
  await answer.text()
  return answer.status
}
