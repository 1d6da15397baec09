import { z } from 'zod'
import { kindOfStatus } from './exit-codes.ts'
import { Failure, type Reason } from './failure.ts'
import { parseJson } from './json-text.ts'
import { plain, plainLine } from './plain-text.ts'

/** A problem of RFC 9457, as far as we show it. Whatever is not as it should be is left out. */
const problemSchema = z.object({
  code: z.string().max(100).optional().catch(undefined),
  detail: z.string().max(4_000).optional().catch(undefined),
  requestId: z.string().max(200).optional().catch(undefined),
  reasons: z
    .array(
      z.object({
        code: z.string(),
        path: z.string().optional(),
        message: z.string(),
        hint: z.string().optional(),
      }),
    )
    .max(1_000)
    .optional()
    .catch(undefined),
})

const hints: Readonly<Record<string, string>> = {
  login_required: 'Log in: deckle login.',
  token_invalid: 'Log in again: deckle login. If DECKLE_TOKEN is set, give it another token.',
  token_used_up: 'Log in, or make another token: deckle token create.',
  second_factor_required: 'Show a code of your second factor: --otp 123456.',
  second_factor_wrong: 'Show the next code that your app shows: --otp 123456.',
  too_many_attempts: 'Wait for what the answer says, then try again.',
  package_not_found: 'Look at its name, or ask an owner to give you access. Private packages need a login.',
  version_not_found: 'deckle ls <package> shows which versions there are.',
  filename_invalid: 'Say what it is called there: --filename model.bin.',
  token_not_found: 'deckle token list shows those that you have.',
}

/** In place of what the registry says, where that names a command of npm. */
const messages: Readonly<Record<string, string>> = {
  login_required: 'You must log in to do this.',
  token_not_found: 'You have no such token.',
}
const notOurs = 'Is this the address of a Deckle registry? --registry takes another one.'

/** The failure that an answer tells of. `asked`: the method and address. */
export function failureOf(answer: Pick<Response, 'status' | 'headers'>, text: string, asked: string): Failure {
  const problem = problemSchema.safeParse(parseJson(text)).data ?? {}
  const kind = kindOfStatus(answer.status)
  const { code = `http_${answer.status}`, requestId, reasons } = problem
  const detail = problem.detail === undefined ? `The registry answered ${answer.status}.` : plain(problem.detail)
  const usualHint = problem.code === undefined ? notOurs : undefined
  const hint = hints[code] ?? (kind === 'failed' ? 'Tell an administrator, with the request’s id.' : usualHint)
  const retryAfterMs = retryAfterOf(answer.headers.get('retry-after'))
  return new Failure(kind, messages[code] ?? detail, {
    code: plainLine(code),
    where: asked,
    isPassing: kind === 'network' || answer.status === 500,
    ...(hint === undefined ? {} : { hint }),
    ...(requestId === undefined ? {} : { requestId: plainLine(requestId) }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(reasons === undefined ? {} : { reasons: reasons.map(plainReason) }),
  })
}

function plainReason({ code, path, message, hint }: Reason): Reason {
  return {
    code: plainLine(code),
    message: plainLine(message),
    ...(path === undefined ? {} : { path: plainLine(path) }),
    ...(hint === undefined ? {} : { hint: plainLine(hint) }),
  }
}

/** Seconds; a date is not taken (RFC 9110, 10.2.3): the clocks may differ. */
function retryAfterOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,4}$/.test(header) ? Number(header) * 1_000 : undefined
}
