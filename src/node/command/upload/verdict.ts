import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { plainLine } from '../plain-text.ts'
import type { Progress, Stage } from '../progress.ts'
import { interrupted } from '../retry.ts'
import { type Upload, Uploads } from './uploads-api.ts'

const firstWaitMs = 200
const mostWaitMs = 5_000

/** Waits until a complete upload is published, and shows how far that is. @throws Failure when it is not */
export async function awaitVerdict(context: Context, first: Upload): Promise<Upload> {
  const uploads = new Uploads(context.registry)
  const shown = new Shown(context.progress, first.sizeBytes)
  let upload = first
  try {
    for (let waitMs = firstWaitMs; upload.state === 'validating'; waitMs = Math.min(mostWaitMs, waitMs * 1.5)) {
      shown.at(upload)
      await pause(waitMs, context.signal)
      upload = await uploads.read(upload.id)
    }
    if (upload.state === 'published') shown.isChecked()
  } finally {
    shown.end()
  }
  if (upload.state === 'published') return upload
  throw notPublished(upload)
}

/** What there is to see of an upload that is complete: it is validated, then moved to where it can be downloaded. */
class Shown {
  readonly #progress: Progress
  readonly #sizeBytes: number
  #validating: Stage | undefined
  #placing: Stage | undefined
  #checkedBytes = 0

  constructor(progress: Progress, sizeBytes: number) {
    this.#progress = progress
    this.#sizeBytes = sizeBytes
  }

  at({ validation }: Upload): void {
    if (validation === undefined || validation.checkedBytes >= validation.totalBytes) {
      this.isChecked()
      this.#placing ??= this.#progress.begin('moving into place', 0)
    } else if (this.#placing === undefined) {
      this.#validating ??= this.#progress.begin('validating', this.#sizeBytes)
      this.#add(validation.checkedBytes)
    }
  }

  isChecked(): void {
    this.#add(this.#sizeBytes)
    this.#validating?.end()
    this.#validating = undefined
  }

  end(): void {
    this.#validating?.end()
    this.#placing?.end()
  }

  #add(checkedBytes: number): void {
    this.#validating?.add(checkedBytes - this.#checkedBytes)
    this.#checkedBytes = checkedBytes
  }
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
