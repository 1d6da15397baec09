/** Two sides that are asked in turns, one request at a time. */
import { median, type Row, round } from './ratios.ts'

/** Asks for the thing of this number. @throws Error when the answer is another one than it must be */
export type Ask = (number: number) => Promise<void>
export type Sides = readonly [Ask, Ask]

/** Asks one thing of each side in turns, the order changing each time; a ratio is that of the medians of a round. */
export async function compareTimes(
  row: Pick<Row, 'question' | 'between' | 'target'>,
  sides: Sides,
  rounds: number,
  perRound: number,
): Promise<Row> {
  const times: readonly [number[], number[]] = [[], []]
  for (let number = 0; number < rounds; number += 1) {
    const taken: readonly [number[], number[]] = [[], []]
    for (let index = number * perRound; index < (number + 1) * perRound; index += 1) {
      for (const side of index % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        taken[side].push(await timeOf(sides[side], index))
      }
    }
    times[0].push(median(taken[0]))
    times[1].push(median(taken[1]))
  }
  return {
    ...row,
    ratios: times[0].map((time, index) => time / (times[1][index] ?? Number.NaN)),
    numbers: `${round(median(times[0]))} / ${round(median(times[1]))} ms`,
  }
}

async function timeOf(ask: Ask, number: number): Promise<number> {
  const began = performance.now()
  await ask(number)
  return performance.now() - began
}
