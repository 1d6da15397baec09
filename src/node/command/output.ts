import { styleText } from 'node:util'
import { type Failure, failureDocument } from './failure.ts'
import { plain } from './plain-text.ts'

/**
 * Where a command says things. The result goes to stdout, everything else to stderr. With `--json`, stdout is one JSON
 * document, of the result or of what went wrong, and stderr an event in JSON a line.
 */
export interface Output {
  readonly isJson: boolean
  /** What was asked for. */
  result(document: unknown, text: () => string): void
  /** Something on the side, for people. */
  note(text: string): void
  /** Something on the side, for programs. */
  event(event: Readonly<Record<string, unknown>>): void
  failure(failure: Failure): void
}

/** The style is left out where the stream is no terminal, or `NO_COLOR` is set (https://no-color.org). */
type Style = Parameters<typeof styleText>[0]
const onStderr = (style: Style, text: string) => styleText(style, text, { stream: process.stderr })

export function createOutput(isJson: boolean): Output {
  return isJson ? jsonOutput() : textOutput()
}

function jsonOutput(): Output {
  const write = (document: unknown) => process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`)
  return {
    isJson: true,
    result: write,
    note: () => undefined,
    event: (event) => process.stderr.write(`${JSON.stringify(event)}\n`),
    failure: (failure) => write(failureDocument(failure)),
  }
}

function textOutput(): Output {
  return {
    isJson: false,
    result(_, text) {
      const shown = text()
      if (shown !== '') process.stdout.write(`${shown}\n`)
    },
    note: (text) => void process.stderr.write(`${onStderr('dim', text)}\n`),
    event: () => undefined,
    failure: (failure) => void process.stderr.write(`${failureText(failure, onStderr)}\n`),
  }
}

/** What went wrong, where, and what to do. */
export function failureText(failure: Failure, style: (style: Style, text: string) => string): string {
  const { where, hint, requestId, reasons = [] } = failure.details
  const place = [where, requestId === undefined ? undefined : `request ${requestId}`].filter(
    (part) => part !== undefined,
  )
  return [
    `${style(['red', 'bold'], 'error')} ${plain(failure.message)}`,
    ...reasons.map(
      ({ code, path, message, hint: advice }) =>
        `  ${style('bold', code)}${path === undefined ? '' : ` in ${path}`}: ${message}${advice === undefined ? '' : ` ${advice}`}`,
    ),
    ...(place.length === 0 ? [] : [style('dim', `where: ${place.join(', ')}`)]),
    ...(hint === undefined ? [] : [`${style('dim', 'to do:')} ${hint}`]),
  ].join('\n')
}
