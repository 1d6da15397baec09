import { inject } from 'vitest'
import { Actor, type PublishOptions } from '../../support/actor.ts'

/** Somebody at the shared registry who needs no client: to prepare a test, and to see what came of it. */
export function actor(who: 'ana' | 'bob' | 'stranger'): Actor {
  const { url, tokens } = inject('registry')
  return new Actor(url, who === 'stranger' ? undefined : tokens[who])
}

/** Publishes small versions in ana's name, the last one as `latest`. @throws Error when one is refused */
export async function seed(name: string, versions: readonly string[], options: PublishOptions = {}): Promise<void> {
  for (const version of versions) {
    const answer = await actor('ana').publish(name, version, options)
    if (answer.status !== 201) throw new Error(`${name}@${version}: ${answer.status} ${await answer.text()}`)
    await answer.text()
  }
}

/** What is at an address now, and not what the edge knew a few seconds ago. */
export function readNow(who: 'ana' | 'bob' | 'stranger', path: string): Promise<Response> {
  return actor(who).fetch(path, { headers: { 'cache-control': 'no-cache' } })
}

interface Packument {
  readonly versions: Readonly<Record<string, { readonly deprecated?: string }>>
}

export async function packumentNow(name: string): Promise<Packument> {
  const packument: Packument = JSON.parse(await (await readNow('ana', `/${name.replace('/', '%2f')}`)).text())
  return packument
}

export async function statusNow(who: 'ana' | 'bob' | 'stranger', path: string): Promise<number> {
  const answer = await readNow(who, path)
  await answer.text()
  return answer.status
}
