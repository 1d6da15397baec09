/**
 * What one check found. `ok`: as it should be. `warning`: works, and somebody should look. `problem`: something does
 * not work, or is not safe. `skipped`: it could not be looked at here, and the message says why.
 */
export type Verdict = 'ok' | 'warning' | 'problem' | 'skipped'

export interface Finding {
  readonly verdict: Verdict
  /** A sentence of what was seen. Holds no secret and no signed link. */
  readonly message: string
  /** A sentence of what to do. */
  readonly remedy?: string
}

export const ok = (message: string): Finding => ({ verdict: 'ok', message })
export const warning = (message: string, remedy: string): Finding => ({ verdict: 'warning', message, remedy })
export const problem = (message: string, remedy: string): Finding => ({ verdict: 'problem', message, remedy })
export const skipped = (message: string): Finding => ({ verdict: 'skipped', message })

const worstFirst: readonly Verdict[] = ['problem', 'warning', 'skipped', 'ok']

/** Several findings as one: the worst verdict, with all that is as bad, each thing to do once. */
export function combine(findings: readonly Finding[]): Finding {
  const verdict = worstFirst.find((one) => findings.some((finding) => finding.verdict === one)) ?? 'ok'
  const worst = findings.filter((finding) => finding.verdict === verdict)
  const remedies = new Set(worst.flatMap(({ remedy }) => remedy ?? []))
  return {
    verdict,
    message: worst.map(({ message }) => message).join(' '),
    ...(remedies.size === 0 ? {} : { remedy: [...remedies].join(' ') }),
  }
}
