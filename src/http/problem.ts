import { HTTPException } from 'hono/http-exception'
import { Refusal, refuse } from '../model/refusals.ts'
import { log } from '../std/log.ts'
import { StorageError } from '../storage/aws.ts'
import { homeRegionUnavailable, needsHomeRegion } from './home-region.ts'
import { statusOf } from './status.ts'

/** What went wrong, ready to be worded by a protocol: no stack and no internal name ever leaves here. */
export interface Problem {
  readonly code: Refusal['code']
  readonly status: (typeof statusOf)[Refusal['code']]
  readonly sentence: string
  /** What the sentence was made of. */
  readonly fields: Refusal['fields']
  readonly requestId: string
}

/**
 * Makes a refusal of whatever was thrown. A refusal is the asker's to act on and stays as it is. Anything else is an
 * outage (503, worth another try) or a bug (500): logged here, once, with its cause.
 */
export function problemOf(error: unknown, requestId: string): Problem {
  const refusal = error instanceof Refusal ? error : (unreadable(error) ?? outage(error, requestId))
  return {
    code: refusal.code,
    status: statusOf[refusal.code],
    sentence: refusal.message,
    fields: refusal.fields,
    requestId,
  }
}

/** Whether a client that asks its user for a code, and sends it in `npm-otp`, would be let through. */
export function asksForCode({ code }: Pick<Problem, 'code'>): boolean {
  return code === 'second_factor_required' || code === 'second_factor_wrong'
}

/** What the router says itself of a body that it cannot read. */
function unreadable(error: unknown): Refusal | undefined {
  if (!(error instanceof HTTPException)) return undefined
  if (error.status === 415) return refuse('unsupported_media_type', { expected: 'application/json' })
  return error.status === 400 ? refuse('body_invalid', { problem: 'it is not JSON' }) : undefined
}

function outage(error: unknown, requestId: string): Refusal {
  if (needsHomeRegion(error)) return homeRegionUnavailable()
  const isStorage = error instanceof StorageError
  log('error', isStorage ? 'storage_failed' : 'request_failed', 'a request could not be answered', {
    request_id: requestId,
    error,
  })
  return refuse(isStorage ? 'busy' : 'internal')
}
