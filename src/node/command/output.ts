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
  /** Something did not go well, and is tried again. */
  retry(failure: Failure, waitMs: number): void
}

/** The style is left out where the stream is no terminal, or `NO_COLOR` is set (https://no-color.org). */
type Style = Parameters<typeof styleText>[0]
const onStderr = (style: Style, text: string) => styleText(style, text, { stream: process.stderr })

export function createOutput(isJson: boolean): Output {
  return isJson ? jsonOutput() : textOutput()
}

function jsonOutput(): Output {
  const write = (document: unknown) => process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`)
  const event: Output['event'] = (happened) => void process.stderr.write(`${JSON.stringify(happened)}\n`)
  return {
    isJson: true,
    result: write,
    note: () => undefined,
    event,
    failure: (failure) => write(failureDocument(failure)),
    retry: ({ details: { code } }, waitMs) => event({ event: 'retry', code, waitMs }),
  }
}

/** To the beginning of the line, and what stands there away: on a terminal it may be a bar. */
const cleared = '\r\u001b[K'

function textOutput(): Output {
  const beginning = process.stderr.isTTY === true ? cleared : ''
  const note = (text: string) => void process.stderr.write(`${beginning}${onStderr('dim', text)}\n`)
  return {
    isJson: false,
    result(_, text) {
      const shown = text()
      if (shown !== '') process.stdout.write(`${shown}\n`)
    },
    note,
    event: () => undefined,
    failure: (failure) => void process.stderr.write(`${failureText(failure, onStderr)}\n`),
    retry: ({ message }, waitMs) => note(`${message} Trying again in ${Math.ceil(waitMs / 1_000)} s.`),
  }
}

/** What went wrong, where, and what to do. */
export function failureText(failure: Failure, style: (style: Style, text: string) => string): string {
  const { where, hint, requestId, reasons = [] } = failure.details
  const isTold = where === undefined || failure.message.includes(where)
  const place = [...(isTold ? [] : [where]), ...(requestId === undefined ? [] : [`request ${requestId}`])]
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
