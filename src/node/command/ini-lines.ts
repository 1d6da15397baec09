/** A value of a file in the shape of `.npmrc` (no section) or `pip.conf`. */
export interface IniValue {
  readonly section?: string
  readonly key: string
  readonly value: string
}

/**
 * The text with the value in it: in the place of the one that stood there, else at the end of its section. All other
 * lines stay as they are, comments too.
 */
export function withValue(text: string, { section, key, value }: IniValue): string {
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
  const [from, to] = sectionOf(lines, section)
  const line = section === undefined ? `${key}=${value}` : `${key} = ${value}`
  const at = lines.findIndex((one, index) => index >= from && index < to && keyOf(one) === key)
  if (at !== -1) lines[at] = line
  else if (from > lines.length) lines.push(`[${section}]`, line)
  else lines.splice(endOf(lines, from, to), 0, line)
  return `${lines.join('\n')}\n`
}

/** The lines of a section, less its heading; behind the end of the file when it is not there. */
function sectionOf(lines: readonly string[], section: string | undefined): readonly [from: number, to: number] {
  const heading = section === undefined ? -1 : lines.findIndex((line) => line.trim() === `[${section}]`)
  if (section !== undefined && heading === -1) return [lines.length + 1, lines.length + 1]
  const next = lines.findIndex((line, index) => index > heading && /^\s*\[[^\]]*\]\s*$/.test(line))
  return [heading + 1, next === -1 ? lines.length : next]
}

function keyOf(line: string): string | undefined {
  return /^\s*([^#;=[\]\s][^=]*?)\s*=/.exec(line)?.[1]
}

/** Blank lines at the end of a section stay between it and the next. */
function endOf(lines: readonly string[], from: number, to: number): number {
  let end = to
  while (end > from && lines[end - 1]?.trim() === '') end -= 1
  return end
}

/** What changes, a line each: `- ` what goes, `+ ` what comes. Secrets are not shown. */
export function shownChange(before: string, after: string): readonly string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const gone = old.filter((line) => line !== '' && !now.includes(line)).map((line) => `- ${masked(line)}`)
  return [...gone, ...now.filter((line) => line !== '' && !old.includes(line)).map((line) => `+ ${masked(line)}`)]
}

function masked(line: string): string {
  return line
    .replace(/(_authToken|_auth|_password)(\s*=\s*).*$/i, '$1$2(secret)')
    .replace(/(:\/\/[^:@/\s]*):[^@/\s]*@/, '$1:(secret)@')
}
