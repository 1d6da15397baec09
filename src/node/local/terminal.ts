/** What `npm start` says to the person in front of it. Errors go to stderr, the rest to stdout. */
export interface Terminal {
  /** What is being done; replaced by the next on a terminal, and left out elsewhere. */
  progress(text: string): void
  /** A line, or several, to stay. Clears the progress. */
  say(text: string): void
  /** A problem, in one line. Shown also when quiet. */
  warn(line: string): void
}

export function createTerminal(quiet: boolean): Terminal {
  const { stdout, stderr } = process
  const clear = () => {
    if (stdout.isTTY) stdout.write('\r\x1b[K')
  }
  return {
    progress(text) {
      if (quiet || !stdout.isTTY) return
      stdout.write(`\r\x1b[K${text} ...`)
    },
    say(text) {
      if (quiet) return
      clear()
      stdout.write(`${text}\n`)
    },
    warn(line) {
      clear()
      stderr.write(`${line}\n`)
    },
  }
}

/** For callers that are not a terminal. */
export const silentTerminal: Terminal = {
  progress: () => undefined,
  say: () => undefined,
  warn: () => undefined,
}
