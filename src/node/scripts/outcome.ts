import { z } from 'zod'
import { type CheckMoment, checkMoments } from '../../model/check-script.ts'

/** One run of one script. Everything in it is plain data: it crosses into a thread. */
export interface ScriptTask {
  /** JavaScript, a module. */
  readonly script: string
  /** Answer: which moments it exports a function for. Else: what that function says of the input, which is JSON. */
  readonly ask: 'moments' | { readonly moment: CheckMoment; readonly input: string }
  /** What the script takes for the time, in milliseconds since the epoch. */
  readonly now: number
  /** For the run, the making of its sandbox included. */
  readonly timeMs: number
  /** For all that the script holds. */
  readonly memoryBytes: number
}

/** What came of it. `timed_out`: it took all of its time, and was ended. `failed`: no answer, and `problem` continues the sentence "The check script …". */
export const scriptOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('moments'), moments: z.array(z.enum(checkMoments)) }),
  z.object({ kind: z.literal('allow') }),
  z.object({ kind: z.literal('deny'), reason: z.string() }),
  z.object({ kind: z.literal('timed_out') }),
  z.object({ kind: z.literal('failed'), problem: z.string() }),
])
export type ScriptOutcome = z.infer<typeof scriptOutcome>
