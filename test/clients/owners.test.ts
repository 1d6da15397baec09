import { describe, expect } from 'vitest'
import { cells } from './support/cells.ts'
import { actor, seed, statusNow } from './support/shared.ts'

describe('owners and access', () => {
  cells('owners_list', async (box) => {
    const name = `@owned-${box.client.id}/lib`
    await seed(name, ['1.0.0'])
    const { stdout } = await box.ok(box.client.commands.owners.list(name), { cwd: box.project('app') })
    expect(stdout).toMatch(/\bana\b/)
  })

  cells('owners', async (box) => {
    const { owners } = box.client.commands
    const name = `@own-${box.client.id}/lib`
    const cwd = box.project('app')
    await seed(name, ['1.0.0'])
    const list = async () => (await box.ok(owners.list(name), { cwd })).stdout
    await box.ok(owners.add(name, 'bob'), { cwd })
    expect(await list()).toMatch(/\bbob\b/)
    expect((await actor('bob').publish(name, '1.1.0')).status).toBe(201)
    await box.ok(owners.remove(name, 'bob'), { cwd })
    expect(await list()).not.toMatch(/\bbob\b/)
    expect((await actor('bob').publish(name, '1.2.0')).status).toBe(403)
  })

  cells('access', async (box) => {
    const { access } = box.client.commands
    const name = `@rights-${box.client.id}/lib`
    const cwd = box.project('app')
    await seed(name, ['1.0.0'])
    const say = async (args: readonly string[]) => (await box.ok(args, { cwd })).stdout
    expect(await say(access.status(name))).toMatch(/private|restricted/)
    expect(await say(access.collaborators(name))).toMatch(/\bana: read-write/)
    expect(await say(access.packages('ana'))).toMatch(new RegExp(`${name}: (read-)?write`))
    await say(access.set(name, 'public'))
    expect(await say(access.status(name))).toMatch(/public/)
    expect(await statusNow('stranger', `/${name}`)).toBe(200)
    await say(access.set(name, 'private'))
    expect(await statusNow('stranger', `/${name}`)).toBe(404)
  })
})
