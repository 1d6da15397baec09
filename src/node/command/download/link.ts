import { Failure } from '../failure.ts'
import type { Registry } from '../registry.ts'

/** A signed link to a file in storage, which is asked for anew when it ran out. All pieces share one. */
export class Link {
  readonly #registry: Registry
  readonly #path: string
  #isRenewed = false
  #current: Promise<string> | undefined

  constructor(registry: Registry, path: string) {
    this.#registry = registry
    this.#path = path
  }

  /** @throws Failure as the registry refuses */
  current(): Promise<string> {
    this.#current ??= this.#ask()
    return this.#current
  }

  /** The link is no good any more: the next who asks gets another. Several may find that of the same one. */
  async spoil(link: string): Promise<void> {
    if (this.#current !== undefined && (await this.#current.catch(() => link)) === link) {
      this.#current = undefined
      this.#isRenewed = true
    }
  }

  async #ask(): Promise<string> {
    // The registry signs one link for several minutes; who says so gets another
    const headers = this.#isRenewed ? { 'cache-control': 'no-cache' } : {}
    const answer = await this.#registry.headers({ path: this.#path, headers })
    const location = answer.headers.get('location')
    if (answer.status >= 300 && location !== null) return new URL(location, `${this.#registry.address}/`).href
    throw new Failure('failed', 'The registry gave no link to the file.', {
      code: 'answer_invalid',
      where: `GET ${this.#registry.address}${this.#path}`,
    })
  }
}
