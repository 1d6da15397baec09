import { Failure } from './failure.ts'
import { interrupted } from './retry.ts'

/** Somebody at the terminal. Questions go to stderr: stdout is the result's. */
export interface Person {
  text(question: string): Promise<string>
  /** Not shown while it is typed. */
  secret(question: string): Promise<string>
  /** @returns false without a word. */
  agrees(question: string): Promise<boolean>
}

/** Undefined where nobody can be asked. Prompts are loaded when something is asked: most commands do not. */
export function personAt(signal: AbortSignal): Person | undefined {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined
  const context = { signal, output: process.stderr }
  return {
    async text(message) {
      const prompt = await import('@inquirer/input')
      return answered(prompt.default({ message, required: true }, context))
    },
    async secret(message) {
      const prompt = await import('@inquirer/password')
      return answered(prompt.default({ message }, context))
    },
    async agrees(message) {
      const prompt = await import('@inquirer/confirm')
      return answered(prompt.default({ message, default: false }, context))
    },
  }
}

/** Ctrl-C at a question is one like any other. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const isLeft = error instanceof Error && /^(?:ExitPrompt|AbortPrompt)Error$/.test(error.name)
    throw isLeft ? interrupted() : error
  }
}

/** What to say where a question cannot be asked. */
export function nobodyToAsk(what: string, hint: string): Failure {
  return new Failure('usage', `${what} has to be given: there is no terminal to ask at.`, {
    code: 'no_terminal',
    hint,
  })
}
