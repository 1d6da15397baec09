import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { plainLine } from '../plain-text.ts'
import type { Stage } from '../progress.ts'
import { interrupted } from '../retry.ts'
import { type Upload, Uploads } from './uploads-api.ts'

const firstWaitMs = 200
const mostWaitMs = 5_000

/** Waits until a complete upload is published, and shows how far validation is. @throws Failure when it is not */
export async function awaitVerdict(context: Context, first: Upload): Promise<Upload> {
  const uploads = new Uploads(context.registry)
  let upload = first
  let stage: Stage | undefined
  let shownBytes = 0
  try {
    for (let waitMs = firstWaitMs; upload.state === 'validating'; waitMs = Math.min(mostWaitMs, waitMs * 1.5)) {
      const { checkedBytes = 0 } = upload.validation ?? {}
      stage ??= context.progress.begin('validating', upload.sizeBytes)
      stage.add(checkedBytes - shownBytes)
      shownBytes = checkedBytes
      await pause(waitMs, context.signal)
      upload = await uploads.read(upload.id)
    }
    if (upload.state === 'published') stage?.add(upload.sizeBytes - shownBytes)
  } finally {
    stage?.end()
  }
  if (upload.state === 'published') return upload
  throw notPublished(upload)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => Promise.reject(interrupted()))
}

const meanings = {
  open: 'It is not complete.',
  validating: 'It is not decided yet.',
  rejected: 'Validation refused it.',
  failed: 'Validation could not be ended; an administrator can see why.',
  aborted: 'Somebody aborted it.',
  expired: 'It was left alone for too long.',
} as const satisfies Record<Exclude<Upload['state'], 'published'>, string>

function notPublished({ id, state, reasons = [] }: Upload & { state: Upload['state'] }): Failure {
  const meaning = state === 'published' ? '' : meanings[state]
  return new Failure('refused', `The file was not published. ${meaning}`, {
    code: `upload_${state}`,
    where: `upload ${plainLine(id)}`,
    hint: state === 'rejected' ? 'Mend what is named and publish again.' : 'Publish it again.',
    reasons: reasons.map(({ code, path, message, hint }) => ({
      code: plainLine(code),
      message: plainLine(message),
      ...(path === undefined ? {} : { path: plainLine(path) }),
      ...(hint === undefined ? {} : { hint: plainLine(hint) }),
    })),
  })
}
