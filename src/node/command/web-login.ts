import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { connectionFailure } from './connection.ts'
import type { Context } from './context.ts'
import { Failure } from './failure.ts'
import { plainLine } from './plain-text.ts'
import type { Registry } from './registry.ts'
import { interrupted } from './retry.ts'

const begunSchema = z.object({ loginUrl: z.url(), doneUrl: z.url() })
const tokenSchema = z.object({ token: z.string().min(1) })
const usualWaitMs = 2_000
const leastWaitMs = 100
const mostWaitMs = 30_000

/**
 * Logs in as npm does: shows the address of a page, and asks until somebody has decided there.
 * @returns the token; undefined where the registry has no such page
 * @throws Failure `auth` when it was denied or took too long
 */
export async function logInOnPage({ registry, output, signal }: Context): Promise<string | undefined> {
  const begun = await begin(registry)
  if (begun === undefined) return undefined
  output.note(`Log in at this address, then come back here:\n${plainLine(begun.loginUrl)}`)
  for (;;) {
    const answer = await poll(begun.doneUrl, signal)
    if (answer.status === 200) return tokenSchema.parse(await answer.json()).token
    await answer.body?.cancel()
    if (answer.status !== 202) {
      throw new Failure('auth', 'The login was denied, or took too long.', {
        code: 'web_login_over',
        hint: 'Begin again: deckle login.',
      })
    }
    await sleep(waitMsOf(answer.headers.get('retry-after')), undefined, { signal }).catch(() =>
      Promise.reject(interrupted()),
    )
  }
}

/** Never so short that the registry is asked without a pause. */
function waitMsOf(header: string | null): number {
  if (header === null || !/^\d{1,3}$/.test(header)) return usualWaitMs
  return Math.min(Math.max(Number(header) * 1_000, leastWaitMs), mostWaitMs)
}

/** The address is itself the secret; the token of an earlier login has no business there. */
async function poll(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { signal, redirect: 'error' })
  } catch (error) {
    throw connectionFailure(error, new URL(url).host, signal)
  }
}

async function begin(registry: Registry) {
  try {
    return await registry.json({ method: 'POST', path: '/-/v1/login', body: {} }, begunSchema)
  } catch (error) {
    if (error instanceof Failure && error.kind === 'not_found') return undefined
    throw error
  }
}
