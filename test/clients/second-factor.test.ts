import { describe, expect } from 'vitest'
import { Actor } from '../support/actor.ts'
import { accountWithFactor } from './support/accounts.ts'
import { cells } from './support/cells.ts'
import type { Access } from './support/client.ts'
import { dialogue } from './support/dialogue.ts'
import { showFactor } from './support/login-page.ts'
import { publish, publishOk, samplePackage } from './support/packages.ts'
import type { Sandbox } from './support/sandbox.ts'

/** What its owner gets for a version. */
async function statusOf({ registry, token }: Access, name: string, version: string): Promise<number> {
  const owner = new Actor(registry.replace(/\/$/, ''), token)
  const answer = await owner.fetch(`/${name.replace('/', '%2f')}/${version}`, {
    headers: { 'cache-control': 'no-cache' },
  })
  await answer.text()
  return answer.status
}

async function publishRefused(box: Sandbox, folder: string, otp?: string): Promise<void> {
  const outcome = await publish(box, folder, otp === undefined ? {} : { otp })
  expect(outcome.code, outcome.transcript).not.toBe(0)
}

describe('an account that shows a second factor for every change', () => {
  cells('second_factor', async (box) => {
    const name = `factor-${box.client.id}`
    const { access, code } = await accountWithFactor(name, 'auth-and-writes')
    box.configure(access)
    const folder = samplePackage(box, name, '1.0.0')
    await publishRefused(box, folder)
    await publishRefused(box, folder, '000000')
    expect(await statusOf(access, name, '1.0.0')).toBe(404)
    await publishOk(box, folder, { otp: code() })
    expect(await statusOf(access, name, '1.0.0')).toBe(200)
  })

  cells('second_factor_asked', async (box) => {
    const name = `asked-${box.client.id}`
    const { access, code } = await accountWithFactor(name, 'auth-and-writes', 'closedRegistry')
    box.configure(access)
    const { by, when } = box.client.asksFactor
    const answer =
      by === 'page' ? { when, act: (url: string) => showFactor(url, code()) } : { when, say: `${code()}\r` }
    await publishOk(box, samplePackage(box, name, '1.0.0'), {}, { terminal: true, answers: [answer], env: { CI: '' } })
    expect(await statusOf(access, name, '1.0.0')).toBe(200)
  })
})

describe('a package that takes a second factor to publish', () => {
  cells('package_factor', async (box) => {
    const name = `@guard-${box.client.id}/lib`
    const { factor } = box.client.commands.access
    const { access, code } = await accountWithFactor(`guard-${box.client.id}`, 'auth-only')
    box.configure(access)
    await publishOk(box, samplePackage(box, name, '1.0.0'))
    await box.ok(factor(name, 'publish'))
    const next = samplePackage(box, name, '1.1.0')
    await publishRefused(box, next)
    expect(await statusOf(access, name, '1.1.0')).toBe(404)
    await publishOk(box, next, { otp: code() })
    expect((await box.run(factor(name, 'none'))).code).not.toBe(0)
    await box.ok([...factor(name, 'none'), '--otp', code()])
    await publishOk(box, samplePackage(box, name, '1.2.0'))
    expect(await statusOf(access, name, '1.2.0')).toBe(200)
  })

  cells('automation_factor', async (box) => {
    const name = `@robot-${box.client.id}/lib`
    const user = `robot-${box.client.id}`
    const { tokens, access: commands } = box.client.commands
    const { access, code } = await accountWithFactor(user, 'auth-only')
    box.configure(access)
    await publishOk(box, samplePackage(box, name, '1.0.0'))
    await box.ok(commands.factor(name, 'automation'))
    const { args, ...asked } = tokens.automation
    const { output } = await dialogue(box, { ...asked, args: [...args, '--otp', code()] }, user)
    const token = /\bdk_\w{20,}/.exec(output)?.[0] ?? ''
    await publishRefused(box, samplePackage(box, name, '1.1.0'))
    box.configure({ ...access, token })
    await publishOk(box, samplePackage(box, name, '1.1.0'))
    box.configure(access)
    await box.ok([...commands.factor(name, 'publish'), '--otp', code()])
    box.configure({ ...access, token })
    await publishRefused(box, samplePackage(box, name, '1.2.0'))
    expect(await statusOf(access, name, '1.2.0')).toBe(404)
  })
})
