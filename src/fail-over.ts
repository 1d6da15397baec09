import type { ExecutionContext } from 'hono'
import { isSafe } from './http/home-region.ts'
import { log } from './std/log.ts'
import type { Platform } from './std/platform.ts'

/** What serves a request, as Workers and Hono have it. */
export type Serve = (request: Request, env: object, context: ExecutionContext) => Response | Promise<Response>

/** The app on the storage of one region. */
export interface RegionalApp {
  readonly name: string
  readonly serve: Serve
  /** Whether the region's storage answers now; never throws, and takes a second or two at most. */
  readonly isAnswering: () => Promise<boolean>
}

/** A read that takes longer is a reason to ask how the region is, and no reason yet to give it up. */
const patienceMs = 2_000
/** How old may be what is known of a region. */
const checkEveryMs = 3_000

/** What this isolate knows of one region. */
class Health {
  readonly #app: RegionalApp
  readonly #platform: Platform
  #isDead = false
  #askedAt = Number.NEGATIVE_INFINITY

  constructor(app: RegionalApp, platform: Platform) {
    this.#app = app
    this.#platform = platform
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** Asks the region now, and remembers its answer. */
  async ask(): Promise<boolean> {
    this.#askedAt = this.#platform.now()
    const isAnswering = await this.#app.isAnswering()
    if (this.#isDead === isAnswering) {
      const event = isAnswering ? 'region_back' : 'region_lost'
      log(
        isAnswering ? 'info' : 'error',
        event,
        `storage in ${this.#app.name} ${isAnswering ? 'answers again' : 'does not answer'}`,
      )
    }
    this.#isDead = !isAnswering
    return isAnswering
  }

  /** One request in a while asks; the others go by what is known. */
  get isDue(): boolean {
    return this.#platform.now() - this.#askedAt >= checkEveryMs
  }
}

/**
 * Several regions as one app. A request is served by one region from its beginning to its end, so it never sees two
 * states: the home region's, as long as its storage answers. While it does not, requests that only read are served by
 * the first copy that answers, and the others are refused at once. What is known of a region is a few seconds old at
 * most, since every request that finds it older has it asked, beside its own work.
 */
export function failOver(
  home: RegionalApp,
  copies: readonly [RegionalApp, ...RegionalApp[]],
  platform: Platform,
): Serve {
  const regions = [home, ...copies].map((app) => ({ app, health: new Health(app, platform) }))
  const [first, ...others] = regions as [Region, ...Region[]]
  return (...call) =>
    isSafe(call[0].method) ? read([first, ...others], call, platform) : change(first, copies[0], call)
}

interface Region {
  readonly app: RegionalApp
  readonly health: Health
}

type Call = Parameters<Serve>

/** Where no region answers, the last one says so. */
async function read(regions: readonly Region[], call: Call, platform: Platform): Promise<Response> {
  const [region, ...rest] = regions
  if (region === undefined) throw new Error('there is no region')
  const { app, health } = region
  if (health.isDue) call[2].waitUntil(health.ask())
  if (rest.length === 0) return app.serve(...call)
  if (health.isDead) return read(rest, call, platform)
  const answer = Promise.resolve(app.serve(...call))
  // Nobody waits for an answer that comes when a copy has given its own
  answer.catch(() => undefined)
  const early = await within(answer, platform)
  if (early !== undefined && early.status !== 503) return early
  return (await health.ask()) ? answer : read(rest, call, platform)
}

/** The answer, if it comes in time. */
async function within(answer: Promise<Response>, platform: Platform): Promise<Response | undefined> {
  const answered = new AbortController()
  const late = platform.sleep(patienceMs, answered.signal).then(
    () => undefined,
    // The sleep was cut short by the answer.
    () => undefined,
  )
  try {
    return await Promise.race([answer, late])
  } finally {
    answered.abort()
  }
}

/** A change is the home region's to make. One that it could not answer may still have been accepted: nothing undoes it. */
async function change({ app, health }: Region, copy: RegionalApp, call: Call): Promise<Response> {
  const [request, env, context] = call
  if (health.isDead && !(health.isDue && (await health.ask()))) return copy.serve(...call)
  const answer = await app.serve(...call)
  if (answer.status !== 503 || (await health.ask())) return answer
  // Its body is spent; what a copy says of a change, it says before it would read one
  const { url, method, headers } = request
  return copy.serve(new Request(url, { method, headers }), env, context)
}
