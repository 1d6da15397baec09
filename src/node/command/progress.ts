import type { Output } from './output.ts'
import { barLine, progressLine, type State } from './progress-line.ts'
import { Rate } from './rate.ts'

const lineEveryMs = 10_000
const eventEveryMs = 1_000
const drawEveryMs = 200
/** Of a terminal that does not say how wide it is. */
const usualColumns = 80
const eraseRest = '\u001b[K'

/** Shows how far something is: a bar on a terminal, else a line now and then, or events in JSON. Never goes back. */
export interface Progress {
  /**
   * @param totalBytes 0 for what is not counted in bytes
   * @param doneBytes what is done already, of an earlier run
   */
  begin(stage: string, totalBytes: number, doneBytes?: number): Stage
}

export interface Stage {
  /** May be negative: what has to be done again, which shows as standing still. */
  add(bytes: number): void
  end(): void
}

/** What is shown of a stage, and how. */
interface View {
  readonly everyMs: number
  update(state: State): void
  end(state: State): void
}

export function createProgress(output: Output, now: () => number = () => performance.now()): Progress {
  return {
    begin(stage, totalBytes, doneBytes = 0) {
      return new Counted(viewFor(output, totalBytes), now, { stage, totalBytes, doneBytes })
    },
  }
}

class Counted implements Stage {
  readonly #view: View
  readonly #now: () => number
  readonly #rate = new Rate()
  readonly #of: { readonly stage: string; readonly totalBytes: number }
  #doneBytes: number
  #shownBytes: number
  #shownAtMs: number

  constructor(
    view: View,
    now: () => number,
    { doneBytes, ...of }: { stage: string; totalBytes: number; doneBytes: number },
  ) {
    this.#view = view
    this.#now = now
    this.#of = of
    this.#doneBytes = doneBytes
    this.#shownBytes = doneBytes
    this.#shownAtMs = now()
    this.#rate.record(this.#shownAtMs, doneBytes)
    view.update(this.#state())
  }

  add(bytes: number): void {
    this.#doneBytes += bytes
    const atMs = this.#now()
    if (atMs - this.#shownAtMs < this.#view.everyMs) return
    this.#shownAtMs = atMs
    this.#rate.record(atMs, this.#doneBytes)
    this.#view.update(this.#state())
  }

  end(): void {
    this.#view.end(this.#state())
  }

  #state(): State {
    const { bytesPerSecond } = this.#rate
    this.#shownBytes = Math.max(this.#shownBytes, this.#doneBytes)
    return {
      ...this.#of,
      doneBytes: this.#shownBytes,
      bytesPerSecond,
      secondsLeft: this.#rate.secondsLeft(this.#of.totalBytes - this.#doneBytes),
    }
  }
}

function viewFor(output: Output, totalBytes: number): View {
  if (output.isJson) return eventView(output)
  return process.stderr.isTTY === true && totalBytes > 0 ? barView() : lineView(output)
}

function eventView(output: Output): View {
  const update = (state: State) => output.event({ event: 'progress', ...state })
  return { everyMs: eventEveryMs, update, end: update }
}

function lineView(output: Output): View {
  let last = ''
  const update = (state: State) => {
    const line = progressLine(state)
    if (line !== last) output.note(line)
    last = line
  }
  return { everyMs: lineEveryMs, update, end: update }
}

/** A line that is written over and over. Shorter than the terminal is wide, else it could not be. */
function barView(): View {
  const { stderr } = process
  const draw = (state: State) => {
    const line = barLine(state, (stderr.columns || usualColumns) - 1)
    stderr.write(`\r${line}${eraseRest}`)
  }
  return {
    everyMs: drawEveryMs,
    update: draw,
    end(state) {
      draw({ ...state, secondsLeft: undefined })
      stderr.write('\n')
    },
  }
}
