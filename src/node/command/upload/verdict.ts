import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { plainLine } from '../plain-text.ts'
import { interrupted } from '../retry.ts'
import { CheckProgress } from './check-progress.ts'
import { type Upload, Uploads } from './uploads-api.ts'

const firstWaitMs = 200
const mostWaitMs = 5_000

/**
 * Waits until a complete upload is published, or found valid where it is only tried, and shows how far that is.
 * @throws Failure when it is neither
 */
export async function awaitVerdict(context: Context, first: Upload): Promise<Upload> {
  const uploads = new Uploads(context.registry)
  let upload = first
  const shown = new CheckProgress(context.progress, first.sizeBytes)
  try {
    for (let waitMs = firstWaitMs; upload.state === 'validating'; waitMs = Math.min(mostWaitMs, waitMs * 1.5)) {
      shown.at(upload)
      await pause(waitMs, context.signal)
      upload = await uploads.read(upload.id)
    }
    if (isGood(upload.state)) shown.isChecked()
  } finally {
    shown.end()
  }
  if (isGood(upload.state)) return upload
  throw notPublished(upload)
}

type State = Upload['state']
type GoodState = 'published' | 'valid'

function isGood(state: State): state is GoodState {
  return state === 'published' || state === 'valid'
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => Promise.reject(interrupted()))
}

const meanings = {
  open: 'It is not complete.',
  validating: 'It is not decided yet.',
  rejected: 'Validation refused it.',
  invalid: 'Validation would refuse it.',
  failed: 'Validation could not be ended; an administrator can see why.',
  aborted: 'Somebody aborted it.',
  expired: 'It was left alone for too long.',
} as const satisfies Record<Exclude<State, GoodState>, string>

function notPublished({ id, state, reasons = [] }: Upload): Failure {
  const meaning = isGood(state) ? '' : meanings[state]
  return new Failure('refused', `The file was not published. ${meaning}`, {
    code: `upload_${state}`,
    where: `upload ${plainLine(id)}`,
    hint: state === 'rejected' || state === 'invalid' ? 'Mend what is named and publish again.' : 'Publish it again.',
    reasons: reasons.map(({ code, path, message, hint }) => ({
      code: plainLine(code),
      message: plainLine(message),
      ...(path === undefined ? {} : { path: plainLine(path) }),
      ...(hint === undefined ? {} : { hint: plainLine(hint) }),
    })),
  })
}
