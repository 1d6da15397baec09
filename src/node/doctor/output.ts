import type { Terminal } from '../local/terminal.ts'
import type { Outcome } from './check.ts'
import type { Verdict } from './finding.ts'
import type { Observer } from './run.ts'

const marks: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  warning: 'warning',
  problem: 'PROBLEM',
  skipped: 'skipped',
}
const verdictWidth = 9
const nameWidth = 17

/** Lines for people, each when its check is done; on a terminal also what is being looked at. */
export function lines(terminal: Terminal, hide: Hide): Observer {
  return {
    began: (name) => terminal.progress(`Looking at ${name}`),
    ended(outcome) {
      const mark = marks[outcome.verdict].padEnd(verdictWidth)
      terminal.say(hide(`${mark}${outcome.name.padEnd(nameWidth)}${outcome.message}`))
      if (outcome.remedy !== undefined) terminal.say(hide(`${' '.repeat(verdictWidth + nameWidth)}→ ${outcome.remedy}`))
    },
  }
}

/** The last line: how many of what. */
export function summary(outcomes: readonly Outcome[]): string {
  const count = (verdict: Verdict) => outcomes.filter((outcome) => outcome.verdict === verdict).length
  const [problems, warnings, skips] = [count('problem'), count('warning'), count('skipped')]
  const parts = [plural(problems, 'problem'), plural(warnings, 'warning'), `${skips} skipped`, `${count('ok')} ok`]
  return `${parts.join(', ')}.`
}

/** For programs: one JSON document. Members may be added. */
export function document(outcomes: readonly Outcome[], startedAt: string, hide: Hide): string {
  const outcome = hasProblem(outcomes) ? 'problem' : 'ok'
  return hide(JSON.stringify({ startedAt, outcome, checks: outcomes }, undefined, 2))
}

export function hasProblem(outcomes: readonly Outcome[]): boolean {
  return outcomes.some(({ verdict }) => verdict === 'problem')
}

export type Hide = (text: string) => string

/**
 * Replaces secrets that stand in a text. No check puts one there; this holds when an answer of another server, or the
 * message of an error, has one in it.
 */
export function hiding(secrets: readonly (string | undefined)[]): Hide {
  const known = secrets.filter((secret) => secret !== undefined && secret.length >= 8)
  return (text) => known.reduce<string>((rest, secret) => rest.replaceAll(secret ?? '', '[secret]'), text)
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`
