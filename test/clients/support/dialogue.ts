import type { Dialogue } from './commands.ts'
import type { Answer, Outcome } from './process.ts'
import { password } from './registry.ts'
import type { Sandbox } from './sandbox.ts'

/** Runs a command whose questions somebody answers. @throws Error with the transcript */
export function dialogue(
  box: Sandbox,
  { args, prompts, terminal }: Dialogue,
  username: string,
  ...then: readonly Answer[]
): Promise<Outcome> {
  const says = { username, password, email: `${username}@example.org`, no: 'n' }
  const enter = terminal ? '\r' : '\n'
  return box.ok(args, {
    terminal,
    answers: [...prompts.map(({ when, answer }) => ({ when, say: `${says[answer]}${enter}` })), ...then],
    // Somebody sits in front of it.
    env: { CI: '' },
  })
}
