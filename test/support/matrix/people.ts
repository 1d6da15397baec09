import { formatIds, type PackageName, type Username } from '../../../src/model/ids.ts'
import type { Token, User } from '../../../src/model/records.ts'
import type { TokenLimits } from '../../../src/model/token-limits.ts'
import { webPlatform } from '../../../src/std/platform.ts'
import { wireIdentity } from '../../../src/wiring.ts'
import { account } from '../../builders/account.ts'
import { publishRequest } from '../actor.ts'
import { company, useCases } from '../company.ts'
import type { Stack } from '../stack.ts'
import { Uploader } from '../uploader.ts'
import { type Kind, type Person, packages, type people } from './expected.ts'

/** What the stack of these people is started with: they have sessions too. */
export const settings = { DECKLE_SESSION_KEYS: JSON.stringify([{ kid: 'test', secret: 'a'.repeat(43) }]) }

/** The organisation whose packages they are, and its two teams. */
export const org = 'acme'

const name = (kind: Kind) => `@${org}/${kind}` as PackageName

/**
 * Everybody of the matrix with the token that they show, in a company with a package of each kind: `@acme/<kind>`.
 * `readers` may read all five, and are the group of the sensitive one; `writers` may write to all five.
 */
export async function settle(stack: Stack): Promise<Readonly<Record<Person, string | undefined>>> {
  await company(stack, org, ['readers', 'writers'], {
    governor: ['owner'],
    manager: ['admin'],
    owner: ['member'],
    tina: ['member', 'readers'],
    tom: ['member', 'writers'],
  })
  await stack.stores.users.claim(account('rita', { roles: ['reader'] }))
  await stack.stores.users.claim(account('audrey', { roles: ['auditor'] }))
  const disabled = { reason: 'left', by: 'system', at: new Date().toISOString() } as const
  await stack.stores.users.claim(account('dora', { roles: ['admin'], disabled }))
  const tokens = await tokensOf(stack)
  await makePackages(stack, tokens.owner ?? '')
  return tokens
}

async function tokensOf(stack: Stack): Promise<Record<Person, string | undefined>> {
  const { tokens } = wireIdentity(stack.config, stack.stores, webPlatform)
  const byLogin = async (name: string) => (await stack.as(name)).token
  const owner = await stack.as('owner').then(() => stack.stores.users.get('owner' as Username))
  if (owner === undefined) throw new Error('the owner has no account')
  const named = (limits?: TokenLimits, lifetimeDays = 1, kind: Exclude<Token['kind'], 'login'> = 'admin') =>
    tokens.issueNamed(owner as User, {
      kind,
      description: 'matrix',
      lifetimeDays,
      ...(limits === undefined ? {} : { limits }),
    })
  const revoked = await named()
  await tokens.revoke(revoked.record.tokenId)
  const usedUp = await named({ power: 'manage', uses: 1 })
  await tokens.resolve(usedUp.token, firstUse)
  return {
    anonymous: undefined,
    stranger: await byLogin('eve'),
    reader: await byLogin('rita'),
    teamReader: await byLogin('tina'),
    teamWriter: await byLogin('tom'),
    owner: await byLogin('owner'),
    orgAdmin: await byLogin('manager'),
    auditor: await byLogin('audrey'),
    admin: await byLogin('admin'),
    disabled: await byLogin('dora'),
    expired: (await named(undefined, -1)).token,
    revoked: revoked.token,
    usedUp: usedUp.token,
    usedUpSession: await usedUpSession(stack, owner),
    outOfRange: (await named({ power: 'manage', addresses: ['10.0.0.0/8'] })).token,
    wrongPackage: (await named({ power: 'manage', packages: ['npm/other', 'npm/@other/*'] })).token,
    readOnly: (await named({ power: 'read' }, 1, 'read')).token,
  } satisfies Record<(typeof people)[number], string | undefined>
}

const firstUse = { address: undefined, writes: false } as const

async function usedUpSession(stack: Stack, owner: User): Promise<string> {
  const config = { ...stack.config, sessions: { ...stack.config.sessions, uses: 1 } }
  const { sessions } = wireIdentity(config, stack.stores, webPlatform)
  const { text } = await sessions.open(owner, {}, false)
  await sessions.resolve(text, firstUse)
  return text
}

export async function makeSensitive(stack: Stack): Promise<void> {
  const { registry, as } = useCases(stack)
  for (const format of formatIds) {
    await registry.makeSensitive(await as('owner'), { format, name: name('sensitive') }, ['readers'])
  }
}

async function makePackages(stack: Stack, ownersToken: string): Promise<void> {
  const edge = stack.edge()
  const { registry, as } = useCases(stack)
  const owner = await as('owner')
  const ask = (path: string, init: RequestInit = {}) => {
    const headers = { ...init.headers, authorization: `Bearer ${ownersToken}` }
    return edge.fetch(new Request(`${stack.url}${path}`, { ...init, headers }))
  }
  const uploader = new Uploader({ fetch: ask })
  for (const kind of packages) {
    const init = publishRequest(name(kind), '1.0.0', { access: 'restricted' })
    const answer = await ask(`/@${org}%2f${kind}`, init)
    if (answer.status !== 201) throw new Error(`${kind} is not published: ${await answer.text()}`)
    const sent = { package: name(kind), version: '1.0.0', filename: 'file.bin', content: new Uint8Array(3) }
    const uploaded = await uploader.publish(sent)
    if (uploaded.status !== 200) throw new Error(`${kind} is not uploaded: ${await uploaded.text()}`)
  }
  for (const ref of packages.flatMap((kind) => formatIds.map((format) => ({ format, name: name(kind) })))) {
    await registry.grantAccess(owner, ref, { kind: 'user', name: 'rita' }, 'read')
    await registry.grantAccess(owner, ref, { kind: 'team', org: org as never, name: 'readers' }, 'read')
    await registry.grantAccess(owner, ref, { kind: 'team', org: org as never, name: 'writers' }, 'write')
  }
  await makeSensitive(stack)
  for (const format of formatIds) {
    await registry.setVisibility(owner, { format, name: name('public') }, 'public')
    await registry.setVisibility(owner, { format, name: name('internal') }, 'internal')
    await registry.setVisibility(owner, { format, name: name('blocked') }, 'internal')
    await registry.blockPackage(await as('admin'), { format, name: name('blocked') }, 'malware')
  }
  await edge.settled()
}
