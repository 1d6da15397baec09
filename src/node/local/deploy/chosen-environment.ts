import { parseArgs } from 'node:util'
import { parse } from 'smol-toml'
import { z } from 'zod'

const vars = z.record(z.string(), z.unknown()).default({})
const workerFile = z.object({ vars, env: z.record(z.string(), z.object({ vars })).default({}) })

/**
 * The variables of the environment that the arguments name, as `wrangler deploy` takes them: an environment inherits no
 * variables. Where there are environments, one has to be named, so that nobody deploys what is for local use.
 * @param toml the content of `wrangler.toml`
 * @throws Error that says which environments there are
 */
export function chosenVars(toml: string, args: readonly string[]): Readonly<Record<string, unknown>> {
  const file = workerFile.parse(parse(toml))
  const options = { env: { type: 'string', short: 'e' } } as const
  const { values } = parseArgs({ args: [...args], options, strict: false })
  const names = Object.keys(file.env)
  if (names.length === 0 && values.env === undefined) return file.vars
  const chosen = typeof values.env === 'string' ? file.env[values.env] : undefined
  if (chosen === undefined)
    throw new Error(`Say which environment of wrangler.toml: --env ${names.join(', or --env ')}.`)
  return chosen.vars
}
