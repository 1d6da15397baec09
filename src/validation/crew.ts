import type { ArchiveEntry, Check, CheckContext, CheckPass, ContentReader, Finding } from './check.ts'

/** A check that threw, for the log: never part of a report. */
export interface Crash {
  readonly check: string
  readonly error: unknown
}

/** All checks of one file at work. Never throws: a check that does is left out of the rest, and reported once. */
export interface Crew {
  entry(entry: ArchiveEntry): ContentReader | undefined
  /** The archive is complete. */
  end(): Promise<void>
  /** Nothing more is called: the time is up. */
  dismiss(): void
  /** The check that everybody waits for now. */
  busy(): string | undefined
  readonly crashes: readonly Crash[]
}

interface Member {
  readonly check: Check
  readonly pass: CheckPass
}

export function assembleCrew(
  checks: readonly Check[],
  context: CheckContext,
  report: (finding: Finding) => void,
): Crew {
  const crashes: Crash[] = []
  const out = new Set<Check>()
  let dismissed = false
  let busy: string | undefined

  function crashed(check: Check, error: unknown): void {
    out.add(check)
    crashes.push({ check: check.id, error })
    report(crashFinding(check.id))
  }

  function attempt<T>(check: Check, work: () => T): T | undefined {
    if (dismissed || out.has(check)) return undefined
    try {
      return work()
    } catch (error) {
      crashed(check, error)
      return undefined
    }
  }

  async function attemptEnd(check: Check, work: () => void | Promise<void>): Promise<void> {
    if (dismissed || out.has(check)) return
    busy = check.id
    try {
      await work()
    } catch (error) {
      if (!dismissed) crashed(check, error)
    }
    busy = undefined
  }

  const members: Member[] = []
  for (const check of checks) {
    const pass = attempt(check, () => check.begin(context))
    if (pass !== undefined) members.push({ check, pass })
  }

  return {
    crashes,
    dismiss: () => {
      dismissed = true
    },
    busy: () => busy,
    entry: (entry) => {
      const readers: { readonly check: Check; readonly reader: ContentReader }[] = []
      for (const { check, pass } of members) {
        const reader = attempt(check, () => pass.entry?.(entry))
        if (reader !== undefined) readers.push({ check, reader })
      }
      if (readers.length === 0) return undefined
      return {
        chunk: (bytes) => {
          for (const { check, reader } of readers) attempt(check, () => reader.chunk(bytes))
        },
        end: async () => {
          for (const { check, reader } of readers) await attemptEnd(check, () => reader.end?.())
        },
      }
    },
    end: async () => {
      for (const { check, pass } of members) await attemptEnd(check, () => pass.end?.())
    },
  }
}

export function crashFinding(check: string): Finding {
  return {
    code: 'check_crashed',
    message: `The check "${check}" broke while it looked at this version.`,
    hint: 'This is a bug of the registry: publish again, and tell an administrator if it stays.',
  }
}
