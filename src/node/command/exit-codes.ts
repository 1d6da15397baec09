/** What a command ends with, by kind of failure. Documented in docs/command.md; stable, for scripts. */
export const exitCodes = {
  failed: 1,
  usage: 2,
  auth: 3,
  not_found: 4,
  refused: 5,
  integrity: 6,
  network: 7,
  file: 8,
  interrupted: 130,
} as const

export type FailureKind = keyof typeof exitCodes

export const kindMeanings = {
  failed: 'Something that should not happen: a bug of the command or of the registry.',
  usage: 'The command was not understood: an unknown option, a missing argument, a value that cannot be.',
  auth: 'Not logged in, a token that is no good (any more), or a second factor is wanted.',
  not_found: 'No such package, version, file, user or token, as far as you may see.',
  refused: 'The registry understood and says no: not allowed, taken, over a quota, or refused by validation.',
  integrity: 'What arrived is not what was published or sent: nothing of it was kept.',
  network: 'The registry or its storage does not answer, or is too busy. Running the command again goes on.',
  file: 'A file on this machine cannot be read or written, or changed while it was read.',
  interrupted: 'Ctrl-C. Running the command again goes on.',
} as const satisfies Record<FailureKind, string>

/** The kind of a refusal, by the status of its answer (RFC 9110, 15). */
export function kindOfStatus(status: number): FailureKind {
  if (status === 401) return 'auth'
  if (status === 404 || status === 410) return 'not_found'
  if (status === 408 || status === 429 || status === 502 || status === 503 || status === 504) return 'network'
  if (status >= 400 && status < 500) return 'refused'
  return 'failed'
}
