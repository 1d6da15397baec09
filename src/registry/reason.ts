import { refuse } from '../model/refusals.ts'

const longest = 500

/** Accepts what somebody gives as a reason: one line of text that people can read. @throws Refusal `reason_invalid` */
export function reasonText(text: string): string {
  const reason = text.trim()
  if (
    reason.length === 0 ||
    reason.length > longest ||
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u.test(reason)
  ) {
    throw refuse('reason_invalid', { most: longest })
  }
  return reason
}
