/** Packages of many versions, made quickly: one version is published, the others are written beside it as it is. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FileName, PackageName, PackageRef, Version } from '../../src/model/ids.ts'
import { npmPackage } from '../../src/npm/names.ts'
import { rebuild } from '../../src/registry/rebuild.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { headItem, packageKey, versionItem } from '../../src/storage/keys.ts'
import { formats } from '../../src/wiring.ts'
import type { Contestant, Deckle, Verdaccio } from './contestants.ts'
import { publishHeaders, publishOf } from './packages.ts'

/** Publishes as a client does. @throws Error with the answer when it is refused */
export async function publish({ name: contestant, actor }: Contestant, name: string, body: Uint8Array<ArrayBuffer>) {
  const answer = await actor.fetch(`/${name}`, { method: 'PUT', headers: publishHeaders, body })
  const text = await answer.text()
  if (!answer.ok || answer.status === 202) throw new Error(`${contestant} ${name}: ${answer.status} ${text}`)
}

/** Versions 1.0.0, 1.0.1, ... in all. */
export async function seedDeckle(deckle: Deckle, name: string, versions: number): Promise<void> {
  await publish(deckle, name, publishOf(name, '1.0.0'))
  if (versions === 1) return
  const ref: PackageRef = npmPackage(name)
  const { stores } = deckle
  const record = await stores.versions.get({ ...ref, version: '1.0.0' as Version })
  if (record === undefined) throw new Error(`${name}@1.0.0 is not there`)
  const accepted = await stores.manifests.get(record, record.uploadId)
  if (accepted === undefined) throw new Error(`${name}@1.0.0 has no manifest`)
  await inParallel(8, versions - 1, async (index) => {
    const version = `1.0.${index + 1}` as Version
    const at = new Date(Date.parse(record.publishedAt ?? '') + index + 1).toISOString()
    const next = { ...record, version, claimedAt: at, statusAt: at, publishedAt: at }
    await stores.manifests.put(next, next.uploadId, { ...accepted, manifest: { ...accepted.manifest, version } })
    await stores.db.put('packages', { ...next, package: packageKey(ref), item: versionItem({ version }) })
  })
  await rebuild({ ...stores, formats, publicUrl: deckle.publicUrl, platform: webPlatform }, ref)
}

/** Packages of which there is no more than the head, which is what a download is decided on. */
export async function seedHeads(deckle: Deckle, names: readonly string[]): Promise<void> {
  const at = new Date().toISOString()
  const heads = names.map((text) => {
    const ref: PackageRef = { format: 'generic', name: text as PackageName }
    const rules = { generation: 1, visibility: 'internal', owners: ['bench'], tags: { latest: '1.0.0' } }
    const keys = { package: packageKey(ref), item: headItem, listing: ref.format }
    return { ...ref, ...rules, ...keys, createdAt: at, modifiedAt: at }
  })
  await writeItems(deckle, heads)
}

/** Versions 1.0.0, 1.0.1, ... of a package, of one file each. */
export async function seedVersions(deckle: Deckle, name: string, versions: number): Promise<void> {
  const at = new Date().toISOString()
  const ref: PackageRef = { format: 'generic', name: name as PackageName }
  const filename = 'model.bin' as FileName
  const state = { status: 'published', uploadId: 'seeded', publisher: 'bench', tags: [], attempts: 1 }
  const times = { claimedAt: at, statusAt: at, publishedAt: at }
  const items = Array.from({ length: versions }, (_, index) => {
    const claim = { ...ref, version: `1.0.${index}` as Version, filename }
    const file = { filename, sizeBytes: 1 }
    return { ...claim, ...state, ...times, file, package: packageKey(ref), item: versionItem(claim) }
  })
  await writeItems(deckle, items)
}

async function writeItems({ stores }: Deckle, items: readonly object[]): Promise<void> {
  const each = 25
  await inParallel(8, Math.ceil(items.length / each), (index) =>
    stores.db.batchWrite('packages', { put: items.slice(index * each, (index + 1) * each) }),
  )
}

/** The same in Verdaccio's own files, which it reads at each request. */
export async function seedVerdaccio(verdaccio: Verdaccio, name: string, versions: number): Promise<void> {
  await publish(verdaccio, name, publishOf(name, '1.0.0'))
  const folder = join(verdaccio.storage, name)
  const file = join(folder, 'package.json')
  const stored = JSON.parse(readFileSync(file, 'utf8'))
  const first = JSON.stringify(stored.versions['1.0.0'])
  for (let index = 1; index < versions; index += 1) {
    const version = `1.0.${index}`
    stored.versions[version] = JSON.parse(first.replaceAll('1.0.0', version))
    stored.time[version] = new Date(Date.parse(stored.time['1.0.0']) + index).toISOString()
    stored._attachments[`${name}-${version}.tgz`] = stored._attachments[`${name}-1.0.0.tgz`]
    copyFileSync(join(folder, `${name}-1.0.0.tgz`), join(folder, `${name}-${version}.tgz`))
  }
  writeFileSync(file, JSON.stringify(stored))
}

/** Runs `work` for 0 to `count` - 1, so many at a time. */
export async function inParallel(width: number, count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
