import { Presets, SingleBar } from 'cli-progress'
import type { Output } from './output.ts'
import { Rate } from './rate.ts'
import { formatBytes, formatDuration } from './units.ts'

const lineEveryMs = 10_000
const eventEveryMs = 1_000
const drawsPerSecond = 5

/** Shows how far something is: a bar on a terminal, else a line now and then, or events in JSON. */
export interface Progress {
  /** @param doneBytes what is done already, of an earlier run */
  begin(stage: string, totalBytes: number, doneBytes?: number): Stage
}

export interface Stage {
  /** May be negative: what has to be done again. */
  add(bytes: number): void
  end(): void
}

/** What is shown of a stage, and how. */
interface View {
  readonly everyMs: number
  update(state: State): void
  end(state: State): void
}

interface State {
  readonly stage: string
  readonly doneBytes: number
  readonly totalBytes: number
  readonly bytesPerSecond: number
  readonly secondsLeft: number | undefined
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
    const doneBytes = this.#doneBytes
    const { bytesPerSecond } = this.#rate
    return {
      ...this.#of,
      doneBytes,
      bytesPerSecond,
      secondsLeft: this.#rate.secondsLeft(this.#of.totalBytes - doneBytes),
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

/** `uploading: 1.20 GB of 5.00 GB (24 %), 37.5 MB/s, 1 min 41 s left` */
export function progressLine({ stage, doneBytes, totalBytes, bytesPerSecond, secondsLeft }: State): string {
  const share = totalBytes === 0 ? 100 : Math.floor((doneBytes * 100) / totalBytes)
  const rate = bytesPerSecond === 0 ? '' : `, ${formatBytes(bytesPerSecond)}/s`
  const isOver = doneBytes >= totalBytes
  const left = secondsLeft === undefined || isOver ? '' : `, ${formatDuration(secondsLeft)} left`
  return `${stage}: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)} (${share} %)${rate}${left}`
}

function barView(): View {
  const bar = new SingleBar(
    {
      format: '{stage} {bar} {percentage} % of {size}{rate}{left}',
      hideCursor: true,
      fps: drawsPerSecond,
      barsize: 24,
    },
    Presets.shades_classic,
  )
  let isStarted = false
  const update = (state: State) => {
    const { stage, doneBytes, totalBytes, bytesPerSecond, secondsLeft } = state
    const payload = {
      stage,
      size: formatBytes(totalBytes),
      rate: bytesPerSecond === 0 ? '' : ` · ${formatBytes(bytesPerSecond)}/s`,
      left: secondsLeft === undefined ? '' : ` · ${formatDuration(secondsLeft)} left`,
    }
    if (!isStarted) bar.start(totalBytes, doneBytes, payload)
    isStarted = true
    bar.update(doneBytes, payload)
  }
  return {
    everyMs: 1_000 / drawsPerSecond,
    update,
    end(state) {
      update({ ...state, secondsLeft: undefined })
      bar.stop()
    },
  }
}
