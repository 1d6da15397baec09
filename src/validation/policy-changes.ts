import { isFixed, knownCodes, type Level, levels, type PolicyChanges } from './policy.ts'

export interface ReadChanges {
  readonly changes: PolicyChanges
  /** What is wrong with the text, each a sentence without its end. */
  readonly problems: readonly string[]
}

/**
 * Reads what a registry makes of codes: `license_missing=error, readme_missing=off`, separated by commas, blanks or
 * line ends. Names everything that is wrong with it: codes that nothing reports, and those that no policy may relax.
 */
export function readPolicyChanges(text: string): ReadChanges {
  const changes = new Map<string, Level>()
  const problems: string[] = []
  for (const item of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const [code = '', word = '', ...more] = item.split('=')
    const level = levels.find((known) => known === word)
    const problem = problemOf(code, more.length === 0 ? level : undefined, changes)
    if (problem !== undefined) problems.push(problem)
    else if (level !== undefined) changes.set(code, level)
  }
  return { changes: Object.fromEntries(changes), problems }
}

function problemOf(code: string, level: Level | undefined, known: ReadonlyMap<string, Level>): string | undefined {
  const shown = `"${code.slice(0, 64)}"`
  if (!knownCodes.includes(code)) return `${shown} is no code of a check (docs/checks.md has all)`
  if (level === undefined) return `${shown} must be given one of ${levels.join(', ')}: ${code}=${levels[0]}`
  if (known.has(code)) return `${shown} stands there twice`
  if (isFixed(code) && level !== 'error') {
    return `${shown} cannot be "${level}": without it, readers of a package would see different files`
  }
  return undefined
}
