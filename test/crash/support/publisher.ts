import { setTimeout as sleep } from 'node:timers/promises'
import { type Actor, publishRequest } from '../../support/actor.ts'
import { sha512Of } from '../../support/digests.ts'
import { expectProblem } from '../../support/problems.ts'
import { type Ledger, narrow, type Release } from './ledger.ts'
import type { Body } from './packument.ts'

export const deeds = ['publish', 'publish_shared', 'install', 'tag', 'deprecate', 'unpublish'] as const
export type Deed = (typeof deeds)[number]

/** One thing to do; `pick` chooses whatever there is to choose. */
export interface Step {
  readonly deed: Deed
  readonly pick: number
}

/** The package that all publishers publish to, at the same time. */
export const sharedName = 'shared'
const mostTries = 6
const betweenTriesMs = 150
const patienceMs = 15_000

/**
 * Somebody who publishes, installs and changes packages, tries again as npm does (network errors and 503, a few times), and writes down what was asked and what was answered.
 */
export class Publisher {
  readonly #actor: Actor
  readonly #ledger: Ledger
  readonly #index: number
  #serial = 0

  constructor(actor: Actor, ledger: Ledger, index: number) {
    this.#actor = actor
    this.#ledger = ledger
    this.#index = index
  }

  async run(steps: readonly Step[], signal: AbortSignal): Promise<void> {
    for (const step of steps) {
      if (signal.aborted) return
      await this.#do(step)
    }
    throw new Error('there were too few steps')
  }

  async #do({ deed, pick }: Step): Promise<void> {
    const name = `own-${this.#index}`
    const listed = this.#ledger.listed(name)
    const release = listed[pick % Math.max(1, listed.length)]
    if (deed === 'publish_shared') return this.#publish(sharedName, pick)
    if (deed === 'publish' || release === undefined) return this.#publish(name, pick)
    if (deed === 'install') return this.#install(release)
    if (deed === 'tag') return this.#tag(release, pick)
    if (deed === 'deprecate') return this.#deprecate(release, pick)
    return this.#unpublish(release)
  }

  async #publish(name: string, pick: number): Promise<void> {
    this.#serial += 1
    const version = `${this.#index}.0.${this.#serial}`
    const request = publishRequest(name, version, { files: { 'index.js': `module.exports = ${pick}\n` } })
    const release = this.#ledger.add(name, version, request)
    if (await this.publishAgain(release)) release.standing = 'listed'
  }

  /** @returns whether it was answered that it is published, or will be */
  publishAgain({ name, version, request }: Release): Promise<boolean> {
    return this.#persist(`publish ${name}@${version}`, () => this.#send(`/${name}`, request), [201, 202])
  }

  /** What was published once is there at any time, with the bytes that were sent. */
  async #install({ name, version, integrity }: Release): Promise<void> {
    const what = `install ${name}@${version}`
    // While its publish was only accepted for validation, a download may be too early
    const link = await this.#send(`/${name}/-/${name}-${version}.tgz`)
    if (link?.status !== 302) return
    const file = await answered(() => fetch(link.headers.get('location') ?? '', { signal: patience() }))
    const bytes = file?.status === 200 ? await answered(() => file.arrayBuffer()) : undefined
    if (bytes === undefined) return
    this.#ledger.successes += 1
    this.#ledger.count('install')
    if (sha512Of(bytes) !== integrity) this.#ledger.wrong.push(`${what}: other bytes than were published`)
  }

  async #tag({ name, version }: Release, pick: number): Promise<void> {
    const tag = `tag-${pick % 3}`
    const put = () => this.#send(`/-/package/${name}/dist-tags/${tag}`, json('PUT', version))
    // 404: its publish was accepted for validation, and is not listed yet
    const isAnswered = await this.#persist(`tag ${name}@${version}`, put, [201], [404])
    narrow(this.#ledger.tag(name, tag).targets, version, isAnswered)
  }

  async #deprecate(release: Release, pick: number): Promise<void> {
    const { name, version } = release
    const text = pick % 3 === 0 ? '' : `deprecated ${pick}`
    const isAnswered = await this.#change(`deprecate ${name}@${version}`, name, (packument) => {
      const document = packument.versions[version]
      if (document === undefined) return undefined
      document.deprecated = text
      return [`/${name}`, json('PUT', packument)]
    })
    narrow(release.deprecations, text, isAnswered)
  }

  async #unpublish(release: Release): Promise<void> {
    const { name, version } = release
    let isSent = false
    const isAnswered = await this.#change(`unpublish ${name}@${version}`, name, (packument) => {
      if (packument.versions[version] === undefined) return isSent ? 'done' : undefined
      isSent = true
      delete packument.versions[version]
      const path = `/${name}/-rev/${packument._rev}`
      const isEmpty = Object.keys(packument.versions).length === 0
      return [path, isEmpty ? { method: 'DELETE' } : json('PUT', packument)]
    })
    if (isSent) release.standing = isAnswered ? 'gone' : 'maybe_gone'
  }

  /**
   * Reads the packument, changes it, and sends it back; all over again on a conflict.
   * @param change what to send; `done` when it was carried out before; undefined when there is nothing to change yet
   */
  async #change(
    what: string,
    name: string,
    change: (packument: Body) => readonly [path: string, init: RequestInit] | 'done' | undefined,
  ): Promise<boolean> {
    const read = async () => {
      const answer = await this.#send(`/${name}?write=true`)
      if (answer?.status === 404) return { versions: {}, 'dist-tags': {} } satisfies Body
      return answer?.status === 200 ? ((await answered(() => answer.json())) as Body | undefined) : undefined
    }
    for (let attempt = 1; attempt <= mostTries; attempt += 1) {
      const packument = await read()
      const wanted = packument === undefined ? undefined : change(packument)
      if (wanted === 'done') return true
      if (wanted === undefined) {
        await sleep(betweenTriesMs)
        continue
      }
      const [path, init] = wanted
      if (await this.#persist(what, () => this.#send(path, init), [200, 201], [404, 409])) return true
    }
    return false
  }

  /** Tries again as npm does. An answer that is neither `good`, nor `poor`, nor of a registry in trouble is noted. */
  async #persist(
    what: string,
    send: () => Promise<Response | undefined>,
    good: readonly number[],
    poor: readonly number[] = [],
  ): Promise<boolean> {
    for (let attempt = 1; attempt <= mostTries; attempt += 1) {
      const answer = await send()
      if (answer !== undefined && good.includes(answer.status)) {
        this.#ledger.successes += 1
        this.#ledger.count(`${what.split(' ', 1)[0]} ${answer.status}`)
        return true
      }
      const isTrouble = answer === undefined || answer.status === 503
      if (answer !== undefined && poor.includes(answer.status)) return false
      if (!isTrouble) {
        this.#ledger.wrong.push(`${what}: ${answer.status} ${await answer.text()}`)
        return false
      }
      this.#ledger.count(answer === undefined ? 'unanswered' : 'busy')
      await sleep(betweenTriesMs * attempt)
    }
    return false
  }

  /** @returns undefined when there was no answer, or only a part of one */
  async #send(path: string, init: RequestInit = {}): Promise<Response | undefined> {
    const headers = { 'cache-control': 'no-cache', ...(init.headers as Record<string, string> | undefined) }
    return answered(async () => {
      const answer = await this.#actor.fetch(path, { ...init, headers, signal: patience() })
      if (answer.status >= 400) await expectProblem(answer.clone())
      return answer
    })
  }
}

const patience = () => AbortSignal.timeout(patienceMs)

function json(method: string, body: unknown): RequestInit {
  return { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

/** Undefined for a connection that was not made, or broke. */
async function answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError')) return undefined
    throw error
  }
}
