import { beforeAll, describe, expect } from 'vitest'
import { Actor } from '../support/actor.ts'
import { newAccount } from './support/accounts.ts'
import { accessOf, cells } from './support/cells.ts'
import { dialogue } from './support/dialogue.ts'
import { seed } from './support/shared.ts'

beforeAll(() => seed('bright', ['1.0.0'], { access: 'public' }))

const url = accessOf('ana').registry.replace(/\/$/, '')

describe("somebody's own account", () => {
  cells('profile', async (box) => {
    const access = await newAccount(`profile-${box.client.id}`)
    box.configure(access)
    await box.ok(box.client.commands.profile.set('fullname', 'Ána Pérez'))
    expect((await box.ok(box.client.commands.profile.get('fullname'))).stdout).toContain('Ána Pérez')
    expect(await new Actor(url, access.token).json('/-/npm/v1/user')).toMatchObject({ fullname: 'Ána Pérez' })
  })

  cells('tokens', async (box) => {
    const { tokens } = box.client.commands
    const name = `tokens-${box.client.id}`
    box.configure(await newAccount(name))
    const { output } = await dialogue(box, tokens.create, name)
    const token = /\bdk_\w{20,}/.exec(output)?.[0] ?? ''
    const made = new Actor(url, token)
    expect(await made.json('/-/whoami')).toEqual({ username: name })
    expect((await made.publish(`${name}-lib`, '1.0.0')).status).toBe(403)
    const id = token.slice(3, 9)
    expect((await box.ok(tokens.list)).stdout).toContain(id)
    await box.ok(tokens.revoke(id))
    expect((await box.ok(tokens.list)).stdout).not.toContain(id)
    expect((await made.fetch('/-/whoami')).status).toBe(401)
  })

  cells('stars', async (box) => {
    const { stars } = box.client.commands
    const name = `stars-${box.client.id}`
    box.configure(await newAccount(name))
    await box.ok(stars.add('bright'))
    expect((await box.ok(stars.mine)).stdout).toContain('bright')
    expect((await box.ok(stars.of(name))).stdout).toContain('bright')
    await box.ok(stars.remove('bright'))
    expect((await box.run(stars.mine)).stdout).not.toContain('bright')
  })
})
