export type LogLevel = 'info' | 'warning' | 'error'

/**
 * One JSON object a line. `event` is snake_case noun_verb, `message` is readable and holds the ids. Never pass a token,
 * password, cookie, signed URL, body or e-mail address; an `error` is written with its name, message and stack.
 */
export function log(
  level: LogLevel,
  event: string,
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  const { error, ...rest } = fields
  const cause = error === undefined ? {} : { error: describe(error) }
  // biome-ignore lint/suspicious/noConsole: this is the logger
  console.log(JSON.stringify({ time: new Date().toISOString(), level, event, message, ...rest, ...cause }))
}

function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? {} : { cause: describe(error.cause) }
  return { name: error.name, message: error.message, stack: error.stack, ...cause }
}
