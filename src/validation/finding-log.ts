import { type Finding, type Severity, severities } from './check.ts'
import { frameCodes } from './frame-codes.ts'
import { defaultPolicy, type Policy } from './policy.ts'
import { printable } from './printable.ts'

export interface GradedFinding extends Finding {
  readonly severity: Severity
}

export interface CodeCount {
  readonly severity: Severity
  readonly count: number
}

export interface LoggedFindings {
  /** What the frame reports first, then errors, then warnings; otherwise in the order in which they were found. */
  readonly findings: readonly GradedFinding[]
  /** Of all findings, also of those that were not kept. */
  readonly counts: Readonly<Record<Severity, number>>
  /** Of all findings, by code: as many as the checks have codes at most. */
  readonly codes: ReadonlyMap<string, CodeCount>
  /** Some findings were not kept. */
  readonly truncated: boolean
}

export interface FindingLog {
  add(finding: Finding): void
  /** Nothing counts from here on: whoever still reports was too late. */
  close(): void
  has(severity: Severity): boolean
  /** The frame reported something: the file could not be judged. */
  isFailed(): boolean
  read(): LoggedFindings
}

/** Lengths in characters: with these, one finding takes less than 4 KB of JSON. */
const longest = { code: 64, path: 200, message: 300, hint: 300 }

/**
 * Counts all findings and keeps at most `most`, at most a quarter of them with the same code, each one printable line.
 * When it is full, an error takes the place of something less severe. What the frame itself reports is always kept,
 * what the policy switched off never counts.
 */
export function createFindingLog(most: number, policy: Policy = defaultPolicy): FindingLog {
  const frame: GradedFinding[] = []
  const kept: Record<Severity, GradedFinding[]> = { error: [], warning: [], info: [] }
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0 }
  const codes = new Map<string, CodeCount>()
  const keptOfCode = new Map<string, number>()
  const mostOfCode = Math.max(1, Math.floor(most / 4))
  let closed = false

  function hasRoomFor(severity: Severity): boolean {
    if (kept.error.length + kept.warning.length + kept.info.length < most) return true
    return severity === 'error' && (kept.info.pop() ?? kept.warning.pop()) !== undefined
  }

  function add(finding: Finding): void {
    if (closed) return
    const severity = policy.levelOf(finding.code)
    if (severity === 'off') return
    counts[severity] += 1
    codes.set(finding.code, { severity, count: (codes.get(finding.code)?.count ?? 0) + 1 })
    if (Object.hasOwn(frameCodes, finding.code)) {
      frame.push(presentable(finding, severity))
      return
    }
    const ofCode = keptOfCode.get(finding.code) ?? 0
    if (ofCode >= mostOfCode || !hasRoomFor(severity)) return
    keptOfCode.set(finding.code, ofCode + 1)
    kept[severity].push(presentable(finding, severity))
  }

  return {
    add,
    close: () => {
      closed = true
    },
    has: (severity) => counts[severity] > 0,
    isFailed: () => frame.length > 0,
    read: () => {
      const findings = [...frame, ...severities.flatMap((severity) => kept[severity])]
      const total = counts.error + counts.warning + counts.info
      return { findings, counts: { ...counts }, codes: new Map(codes), truncated: total > findings.length }
    },
  }
}

function presentable(finding: Finding, severity: Severity): GradedFinding {
  return {
    code: printable(finding.code, longest.code),
    severity,
    ...(finding.path === undefined ? {} : { path: printable(finding.path, longest.path) }),
    message: printable(finding.message, longest.message),
    hint: printable(finding.hint, longest.hint),
  }
}
