import { examine } from '../../src/node/doctor/doctor.ts'
import type { ExamOptions } from '../../src/node/doctor/exam.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import type { Stack } from './stack.ts'

export interface Examined {
  /** By name of the check: verdict, message and remedy, a line each. */
  readonly found: Readonly<Record<string, string>>
  /** Names of the checks with that verdict. */
  verdicts(verdict: string): readonly string[]
}

export interface ExamineOptions extends Partial<Omit<ExamOptions, 'config'>> {
  readonly settings?: Readonly<Record<string, string>>
  readonly interrupted?: AbortSignal
  began?(name: string): void
}

/** What the doctor says of a stack. */
export async function examineStack(stack: Stack, options: ExamineOptions = {}): Promise<Examined> {
  const { settings, interrupted = new AbortController().signal, began = () => undefined, ...rest } = options
  const outcomes = await examine({
    platform: webPlatform,
    waitMs: 20_000,
    ...rest,
    settings: { ...stack.settings, ...settings },
    observer: { began, ended: () => undefined },
    interrupted,
  })
  return {
    found: Object.fromEntries(
      outcomes.map(({ name, verdict, message, remedy = '' }) => [name, `${verdict}\n${message}\n${remedy}`]),
    ),
    verdicts: (wanted) => outcomes.filter(({ verdict }) => verdict === wanted).map(({ name }) => name),
  }
}

/** A platform whose network answers some requests by itself; `undefined` lets a request through. */
export function answering(
  answer: (request: Request) => Response | undefined | Promise<Response | undefined>,
): Platform {
  return { ...webPlatform, fetch: async (request) => (await answer(request)) ?? webPlatform.fetch(request) }
}
