import { connectionFailure } from '../connection.ts'
import { Failure } from '../failure.ts'
import type { Stage } from '../progress.ts'
import { type Patience, retrying } from '../retry.ts'
import { StallGuard } from '../stall.ts'
import { askStorage } from '../storage.ts'
import { type Layout, rangeOf } from './parts.ts'
import type { Source } from './source.ts'
import type { Part, PartLink } from './uploads-api.ts'

/** As many times as there are parts under way. */
const sentChunkBytes = 128 * 1024

export interface Sending {
  readonly source: Source
  readonly layout: Layout
  readonly stage: Stage
  /** A new link: the one before ran out, or may have. */
  readonly renew: (part: Part) => Promise<PartLink>
  readonly patience: Omit<Patience, 'signal'>
}

/** Sends a part straight to storage, as often as that needs. @throws Failure */
export async function sendPart(sending: Sending, part: Part, first: PartLink, signal: AbortSignal): Promise<void> {
  let link: PartLink | undefined = first
  await retrying({ ...sending.patience, signal }, async () => {
    link ??= await sending.renew(part)
    const { url, headers } = link
    // Whatever goes wrong, the next try has a link that is as good as can be
    link = undefined
    await put(sending, part, { url, headers }, signal)
  })
}

async function put(
  { source, layout, stage }: Sending,
  { number }: Part,
  { url, headers }: Pick<PartLink, 'url' | 'headers'>,
  signal: AbortSignal,
): Promise<void> {
  const { start, sizeBytes } = rangeOf(layout, number)
  const guard = new StallGuard(signal)
  let sentBytes = 0
  let isStored = false
  async function* counted() {
    for await (const chunk of source.scan(start, sizeBytes, sentChunkBytes)) {
      yield chunk
      if (guard.signal.aborted) return
      sentBytes += chunk.byteLength
      stage.add(chunk.byteLength)
      guard.moved()
    }
  }
  try {
    const answer = await askStorage(url, {
      method: 'PUT',
      headers: { ...headers, 'content-length': String(sizeBytes) },
      body: counted,
      signal: guard.signal,
    })
    answer.resume()
    await requireStored(answer.statusCode ?? 0, source, number, new URL(url).host)
    isStored = true
  } catch (error) {
    throw connectionFailure(error, new URL(url).host, signal)
  } finally {
    guard.end()
    if (!isStored) {
      // Storage may have refused it in the middle: the rest is not to be sent
      guard.breakOff()
      stage.add(-sentBytes)
    }
  }
}

/** Storage refuses what does not fit the link: one that ran out (403), or other bytes than were hashed (400). */
async function requireStored(status: number, source: Source, number: number, host: string): Promise<void> {
  if (status === 200) return
  await source.requireUnchanged()
  throw new Failure('network', `Storage at ${host} answered ${status} to part ${number}.`, {
    code: 'part_refused',
    where: host,
    isPassing: true,
    hint: 'Run the same command again: it goes on where this one stopped.',
  })
}
