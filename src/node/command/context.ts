import { type Person, personAt } from './ask.ts'
import { Failure } from './failure.ts'
import { Logins } from './logins.ts'
import { createOutput, type Output } from './output.ts'
import { type Places, placesIn } from './places.ts'
import { createProgress, type Progress } from './progress.ts'
import { Registry } from './registry.ts'
import { registryAddress } from './registry-address.ts'

/** Options that every command takes. */
export interface GlobalOptions {
  readonly registry?: string
  readonly json?: boolean
  readonly otp?: string
}

/** What a command works with. */
export interface Context {
  readonly registry: Registry
  readonly output: Output
  readonly progress: Progress
  readonly logins: Logins
  readonly places: Places
  /** Undefined where nobody can be asked. */
  readonly person?: Person
  /** Set by Ctrl-C. */
  readonly signal: AbortSignal
}

/** @throws Failure `usage`, `file` */
export function createContext(options: GlobalOptions, signal: AbortSignal): Context {
  const places = placesIn(process.env)
  const logins = new Logins(places)
  const output = createOutput(options.json === true)
  const person = options.json === true ? undefined : personAt(signal)
  const address = registryAddress(options.registry, process.env, logins.usual())
  const token = tokenFor(address, logins)
  const registry = new Registry({
    address,
    signal,
    ...(token === undefined ? {} : { token }),
    ...(options.otp === undefined ? {} : { code: options.otp }),
    ...(person === undefined ? {} : { askCode: () => person.secret('Code of your second factor:') }),
    onRetry: output.retry,
  })
  const progress = createProgress(output)
  return { registry, output, progress, logins, places, signal, ...(person === undefined ? {} : { person }) }
}

/** Of the environment, else of the login. Never of an argument: those stand in the list of processes. */
function tokenFor(address: string, logins: Logins): string | undefined {
  const { DECKLE_TOKEN: given } = process.env
  if (given === undefined || given === '') return logins.of(address)?.token
  if (/^[\x21-\x7e]{8,4096}$/.test(given)) return given
  throw new Failure('auth', 'DECKLE_TOKEN is no token: it has blanks or other characters.', { code: 'token_invalid' })
}
