/** When a check script is asked: before a version is accepted, and before a file of one is handed out. */
export const checkMoments = ['publish', 'download'] as const
export type CheckMoment = (typeof checkMoments)[number]

/** What a head says of its package's check script; the text is an object of its own, named by the digest. */
export interface CheckScript {
  /** SHA-256 of the text, hex. */
  readonly digest: string
  /** Those that the script exports a function for. */
  readonly moments: readonly CheckMoment[]
}

/** Of a script's text, in UTF-8. */
export const mostScriptBytes = 100_000

/**
 * Whether the script said so, gave no answer (it threw, took too long, or broke), or was not asked, since it took too
 * long each time before.
 */
export const checkDenials = ['check_script_denied', 'check_script_failed', 'check_script_suspended'] as const
export type CheckDenial = (typeof checkDenials)[number]

/** What came of asking a script. Whatever is not an answer of its own denies. */
export type CheckJudgement =
  | { readonly verdict: 'allow' }
  | {
      readonly verdict: 'deny'
      readonly code: CheckDenial
      /** One line that is safe to show. */
      readonly reason: string
    }
