import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { LogFile } from './log-file.ts'

const keptLines = 60
const repeatAfterMs = 10_000

/**
 * What a part writes: all of it to its log file, its errors also to the terminal, one line each. An error that repeats
 * itself is shown once in ten seconds.
 */
export class PartOutput {
  readonly #part: string
  readonly #file: LogFile
  readonly #showError: (line: string) => void
  readonly #shownAt = new Map<string, number>()
  /** The last `keptLines`, and up to as many more: cut down from time to time, not with every line. */
  #lastLines: string[] = []

  constructor(dataDirectory: string, part: string, showError: (line: string) => void) {
    this.#part = part
    this.#file = new LogFile(dataDirectory, part)
    this.#showError = showError
  }

  get path(): string {
    return this.#file.path
  }

  /** Follows the streams of one run of the part. */
  follow(streams: readonly (Readable | null)[]): void {
    this.#lastLines = []
    for (const stream of streams) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#take(line))
    }
  }

  /** A line of our own about the part, such as that it was started again. */
  note(line: string): void {
    this.#file.write(`[supervisor] ${line}`)
  }

  /** Why the last run ended, in one line, as far as it said so. */
  lastWords(): string | undefined {
    return lastWords(this.#lastLines.slice(-keptLines))
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  #take(line: string): void {
    this.#file.write(line)
    this.#lastLines.push(line)
    if (this.#lastLines.length >= 2 * keptLines) this.#lastLines = this.#lastLines.slice(-keptLines)
    const message = errorMessage(line)
    if (message === undefined) return
    const now = Date.now()
    if (now - (this.#shownAt.get(message) ?? 0) < repeatAfterMs) return
    if (this.#shownAt.size > 100) this.#shownAt.clear()
    this.#shownAt.set(message, now)
    this.#showError(`${this.#part}: ${message}`)
  }
}

/** The message of a log line of level `error`, with the cause that it carries. */
function errorMessage(line: string): string | undefined {
  // Most lines are no errors, and there is one for each request: only those that may be are read
  if (!line.startsWith('{') || !line.includes('"error"')) return undefined
  let entry: { level?: unknown; message?: unknown; error?: { message?: unknown } | null }
  try {
    entry = JSON.parse(line)
  } catch {
    // Not one of our log lines, but something else that begins with a brace.
    return undefined
  }
  if (entry.level !== 'error') return undefined
  const cause = entry.error?.message
  return oneLine(typeof cause === 'string' ? `${String(entry.message)}: ${cause}` : String(entry.message))
}

/**
 * Finds the error in what a process wrote before it ended: the last line that names an error class, with the lines
 * that belong to it, without the stack; else a logged error; else the last line.
 */
export function lastWords(lines: readonly string[]): string | undefined {
  const start = lines.findLastIndex((line) => /^(Uncaught )?([A-Z]\w*)?(Error|Exception|Problem)\b.*:/.test(line))
  if (start !== -1) {
    const rest = lines.slice(start)
    const end = rest.findIndex((line, index) => index > 0 && /^\s+at |^\s*$|^Node\.js v/.test(line))
    return oneLine(rest.slice(0, end === -1 ? rest.length : end).join(' '))
  }
  const logged = lines.map(errorMessage).findLast((message) => message !== undefined)
  return logged ?? lines.findLast((line) => line.trim() !== '')
}

function oneLine(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length > 500 ? `${flat.slice(0, 500)} ...` : flat
}
