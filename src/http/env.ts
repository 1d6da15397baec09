import { Hono } from 'hono'
import type { SignedIn } from '../model/principal.ts'
import type { Pace } from '../std/pace.ts'
import type { Registry } from '../wiring.ts'
import type { RateLimit, Traffic } from './traffic.ts'
import type { Walls } from './walls.ts'

/** What the routes, which are the same for all, work on in one app. */
export interface Served {
  readonly registry: Registry
  readonly traffic: Traffic
  readonly walls?: Walls | undefined
}

/** What every handler finds in its context. */
export interface AppEnv {
  /** What Workers has beside the settings; absent elsewhere. */
  Bindings: {
    readonly RATE_LIMIT_ANONYMOUS?: RateLimit
    readonly RATE_LIMIT_ACCOUNT?: RateLimit
    /** The client's address, where a front door of ours on AWS saw it. */
    readonly CLIENT_ADDRESS?: string
    /** Put there by the app itself. */
    readonly SERVED: Served
  }
  Variables: {
    traffic: Traffic
    registry: Registry
    /** Names the request in answers and logs. */
    requestId: string
    /** Who asks, once somebody looked. */
    asking?: Promise<SignedIn>
    /** Bounds the time that the body may take: every read of it goes through this. */
    pace: Pace
    /** The code of the refusal that ended the request, for the log. */
    refusal?: string
  }
}

/** A set of routes with our typed context. */
export function routes(): Hono<AppEnv> {
  return new Hono<AppEnv>()
}
