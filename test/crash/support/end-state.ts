import { expect } from 'vitest'
import type { PackageName, PackageRef } from '../../../src/model/ids.ts'
import type { VersionRecord } from '../../../src/model/records.ts'
import { rebuild } from '../../../src/registry/rebuild.ts'
import { webPlatform } from '../../../src/std/platform.ts'
import { formats, type Stores } from '../../../src/wiring.ts'
import type { Actor } from '../../support/actor.ts'
import { sha512Of } from '../../support/digests.ts'
import type { Release, Tag } from './ledger.ts'
import type { Body } from './packument.ts'

const never = '9999'
const someAtATime = 100

/** What a registry says and stores at the end: read through its front door, and in the stores. */
export interface EndState {
  readonly packuments: ReadonlyMap<string, Body>
  readonly records: ReadonlyMap<string, VersionRecord>
}

const refOf = (name: string): PackageRef => ({ format: 'npm', name: name as PackageName })

/** Whether nothing is left to do for anybody: no version waits, and search has taken up every change. */
export async function isSettled(stores: Stores): Promise<boolean> {
  const [versions, packages] = await Promise.all([
    stores.versions.due(never, someAtATime),
    stores.heads.unindexed(never, someAtATime),
  ])
  return versions.length === 0 && packages.length === 0
}

export async function readEndState(actor: Actor, stores: Stores, names: readonly string[]): Promise<EndState> {
  const packuments = new Map<string, Body>()
  const records = new Map<string, VersionRecord>()
  for (const name of names) {
    const answer = await actor.fetch(`/${name}?write=true`)
    expect([200, 404]).toContain(answer.status)
    if (answer.status === 200) packuments.set(name, (await answer.json()) as Body)
    for await (const record of stores.versions.all(refOf(name))) records.set(`${name}@${record.version}`, record)
  }
  return { packuments, records }
}

/** Wholly there, with the bytes that were sent and what may be said of them; or wholly gone. */
export async function expectRelease(actor: Actor, state: EndState, release: Release): Promise<void> {
  const { name, version, integrity, standing, deprecations } = release
  const label = `${name}@${version} (${standing})`
  const document = state.packuments.get(name)?.versions[version]
  const record = state.records.get(`${name}@${version}`)
  const link = await actor.fetch(`/${name}/-/${name}-${version}.tgz`, { headers: { 'cache-control': 'no-cache' } })
  const file = link.status === 302 ? await fetch(link.headers.get('location') ?? '') : undefined
  const bytes = file?.status === 200 ? await file.arrayBuffer() : undefined
  if (document === undefined) {
    expect(standing, label).not.toBe('listed')
    expect(['rejected', 'failed', 'unpublished', undefined], label).toContain(record?.status)
    expect(bytes, label).toBeUndefined()
    return
  }
  expect(standing, label).not.toBe('gone')
  expect(record?.status, label).toBe('published')
  expect(document.dist?.integrity, label).toBe(integrity)
  expect(bytes && sha512Of(bytes), label).toBe(integrity)
  expect([...deprecations], label).toContain(document.deprecated ?? '')
  expect(document.deprecated, label).toBe(record?.deprecated)
}

/** A tag is where it was put, or went with its version. */
export function expectTag(state: EndState, { name, tag, targets }: Tag): void {
  const packument = state.packuments.get(name)
  const target = packument?.['dist-tags'][tag]
  const isLost =
    target === undefined && [...targets].some((version) => packument?.versions[version ?? ''] === undefined)
  if (!isLost) expect([...targets], `${name} ${tag}`).toContain(target)
}

/** What clients read is what a rebuild from the truth makes. */
export async function expectRebuilt(stores: Stores, publicUrl: string, names: readonly string[]): Promise<void> {
  const deps = { ...stores, formats, publicUrl, platform: webPlatform }
  for (const name of names) expect([name, (await rebuild(deps, refOf(name))).outcome]).toEqual([name, 'unchanged'])
}

/** The store holds one file for each version that is listed, and none for any other. */
export async function expectFiles(stores: Stores, state: EndState): Promise<void> {
  const expected = [...state.packuments].flatMap(([name, { versions }]) =>
    Object.keys(versions).map((version) => `packages/npm/${name}/${version}/${name}-${version}.tgz`),
  )
  expect(await keysUnder(stores, 'packages/')).toEqual(expected.sort())
}

async function keysUnder(stores: Stores, prefix: string): Promise<readonly string[]> {
  const keys: string[] = []
  for (let after = ''; ; ) {
    const page = await stores.s3.list(prefix, { after })
    keys.push(...page.objects.map(({ key }) => key))
    if (page.next === undefined) return keys.sort()
    after = page.next
  }
}
