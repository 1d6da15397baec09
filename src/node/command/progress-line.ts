import { formatBytes, formatDuration } from './units.ts'

/** How far something is. */
export interface State {
  readonly stage: string
  readonly doneBytes: number
  /** 0 for what is not counted in bytes. */
  readonly totalBytes: number
  /** 0 while it is not known. */
  readonly bytesPerSecond: number
  readonly secondsLeft: number | undefined
}

/** `uploading: 1.20 GB of 5.00 GB (24 %), 37.5 MB/s, 1 min 41 s left` */
export function progressLine({ stage, doneBytes, totalBytes, bytesPerSecond, secondsLeft }: State): string {
  if (totalBytes === 0) return stage
  const share = Math.floor((doneBytes * 100) / totalBytes)
  const rate = bytesPerSecond === 0 ? '' : `, ${formatBytes(bytesPerSecond)}/s`
  const isOver = doneBytes >= totalBytes
  const left = secondsLeft === undefined || isOver ? '' : `, ${formatDuration(secondsLeft)} left`
  return `${stage}: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)} (${share} %)${rate}${left}`
}

const leastBar = 8
const mostBar = 40
/** The longest that can come, so that the bar keeps its place. */
const room = { size: ' of 5.37 GB'.length, rate: ' · 37.5 MB/s'.length, left: ' · 59 min 59 s left'.length }
type Detail = keyof typeof room
/** What a line tells beside the share, and less where it is narrow: the time left is what one waits for. */
const choices: readonly (readonly Detail[])[] = [['size', 'rate', 'left'], ['rate', 'left'], ['left']]

/**
 * The same with a bar, in a line of a terminal: `uploading ████░░░░░░░░░░░░  24 % of 5.00 GB · 37.5 MB/s · 1 min 41 s left`
 * @param columns how long it may be
 */
export function barLine(state: State, columns: number): string {
  const { stage, doneBytes, totalBytes } = state
  const share = ` ${String(Math.floor((doneBytes * 100) / totalBytes)).padStart(3)} %`
  const free = columns - stage.length - 1 - share.length
  const barFor = (details: readonly Detail[]) =>
    details.reduce((columnsLeft, detail) => columnsLeft - room[detail], free)
  const told = choices.find((details) => barFor(details) >= leastBar) ?? ['left']
  const width = Math.min(mostBar, barFor(told))
  const bar = width < leastBar ? '' : ` ${shades(doneBytes / totalBytes, width)}`
  return `${stage}${bar}${share}${told.map((detail) => detailOf(state, detail)).join('')}`.slice(0, columns)
}

function detailOf({ totalBytes, bytesPerSecond, secondsLeft }: State, detail: Detail): string {
  if (detail === 'size') return ` of ${formatBytes(totalBytes)}`
  if (detail === 'rate') return bytesPerSecond === 0 ? '' : ` · ${formatBytes(bytesPerSecond)}/s`
  return secondsLeft === undefined ? '' : ` · ${formatDuration(secondsLeft)} left`
}

function shades(share: number, width: number): string {
  const full = Math.min(width, Math.floor(share * width))
  return '█'.repeat(full) + '░'.repeat(width - full)
}
