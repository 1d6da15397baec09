import { createHash, type Hash } from 'node:crypto'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { Lanes } from '../lanes.ts'
import { isWhole, rangeOf } from './parts.ts'
import { type Sending, sendPart } from './send-part.ts'
import type { Source } from './source.ts'
import { mostLinks, type Part, type PartLink, type Upload, Uploads } from './uploads-api.ts'

/** A part is tried for some minutes. */
const attempts = 10

/**
 * Sends all parts that storage does not have yet. The file is read once, in order, for the digests; what is sent is read
 * again right after that, when the system still has it in memory, so that no part has to be in ours.
 * @returns the SHA-256 of the whole file, in hex
 */
export async function sendParts(context: Context, upload: Upload, source: Source, parallel: number): Promise<string> {
  requireLayout(upload, source)
  const uploads = new Uploads(context.registry)
  const standing = await uploads.standing(upload.id)
  const whole = createHash('sha256')
  const stage = context.progress.begin('uploading', source.sizeBytes)
  const lanes = new Lanes(parallel, context.signal)
  const renew = async (part: Part) => linkOf(await uploads.links(upload.id, [part]), part)
  const sending: Sending = {
    source,
    layout: upload,
    stage,
    renew,
    patience: { attempts, onRetry: context.output.retry },
  }
  try {
    for (let first = 1; first <= upload.partCount; first += parallel) {
      const missing: Part[] = []
      for (let number = first; number < first + parallel && number <= upload.partCount; number += 1) {
        const part = { number, sha256: await hashPart(source, rangeOf(upload, number), whole, lanes) }
        if (standing.get(number) === part.sha256) stage.add(rangeOf(upload, number).sizeBytes)
        else missing.push(part)
      }
      const links = missing.length === 0 ? new Map<number, PartLink>() : await uploads.links(upload.id, missing)
      for (const part of missing) {
        await lanes.begin((signal) => sendPart(sending, part, linkOf(links, part), signal))
      }
    }
    await lanes.end()
  } finally {
    await lanes.stop()
    stage.end()
  }
  await source.requireUnchanged()
  return whole.digest('hex')
}

/** How many at once: the links of that many are asked for together. */
export const mostParallel = mostLinks

/** A registry that cuts the file into something else would get something else. */
function requireLayout(upload: Upload, source: Source): void {
  if (upload.sizeBytes === source.sizeBytes && isWhole(upload)) return
  throw new Failure('failed', 'The registry’s parts are not those of the file.', {
    code: 'answer_invalid',
    where: `upload ${upload.id}`,
    hint: 'Is the registry as new as this command?',
  })
}

type Range = ReturnType<typeof rangeOf>

async function hashPart(source: Source, { start, sizeBytes }: Range, whole: Hash, lanes: Lanes): Promise<string> {
  const part = createHash('sha256')
  for await (const chunk of source.scan(start, sizeBytes)) {
    lanes.requireGood()
    part.update(chunk)
    whole.update(chunk)
  }
  return part.digest('hex')
}

function linkOf<T>(links: ReadonlyMap<number, T>, { number }: Part): T {
  const link = links.get(number)
  if (link !== undefined) return link
  throw new Failure('failed', `The registry gave no link for part ${number}.`, { code: 'answer_invalid' })
}
