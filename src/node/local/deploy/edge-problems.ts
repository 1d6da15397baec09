import { ConfigError, parseConfig } from '../../../config.ts'

/** What the worker will find in its environment: variables of `wrangler.toml`, and names of secrets that are set. */
export interface EdgeEnvironment {
  readonly vars: Readonly<Record<string, unknown>>
  readonly secrets: readonly string[]
}

const key = 'x'.repeat(43)
const identityKey = { kty: 'RSA', kid: 'x', n: 'x', e: 'x', d: 'x', p: 'x', q: 'x', dp: 'x', dq: 'x', qi: 'x' }
/** Secrets cannot be read back, so something of their shape stands for each that is set. */
const standIns: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  DECKLE_IDENTITY_KEYS: JSON.stringify([identityKey]),
  DECKLE_SESSION_KEYS: JSON.stringify([{ kid: 'x', secret: key }]),
  DECKLE_SECRET_KEY: key,
  DECKLE_TRACES_AUTHORIZATION: 'x',
}

/** Why the worker would not serve as it should, and what to do about each; none: it may be deployed. */
export function edgeProblems({ vars, secrets }: EdgeEnvironment): readonly string[] {
  const shown = Object.keys(standIns).filter((name) => vars[name] !== undefined)
  const set = Object.fromEntries(
    secrets.flatMap((name) => (standIns[name] === undefined ? [] : [[name, standIns[name]]])),
  )
  const has = (...names: readonly string[]) => names.some((name) => vars[name] !== undefined || secrets.includes(name))
  return [
    ...shown.map((name) => `${name} is a secret: take it out of wrangler.toml, and npx wrangler secret put ${name}`),
    ...problemsOf({ ...vars, ...set }),
    ...(String(vars['DECKLE_PUBLIC_URL']).startsWith('https:') ? [] : ['DECKLE_PUBLIC_URL must be an https address']),
    ...(has('DECKLE_BUCKET') ? [] : ['DECKLE_BUCKET is missing: the output BucketName of DeckleStorage']),
    ...(has('AWS_REGION') ? [] : ['AWS_REGION is missing: the region of the stacks']),
    ...(has('DECKLE_SESSION_KEYS', 'DECKLE_SESSION_KEYS_SECRET')
      ? []
      : ['DECKLE_SESSION_KEYS_SECRET is missing (deckle-session-keys): nobody could log in to the pages']),
    ...(has('DECKLE_SECRET_KEY', 'DECKLE_SECRET_KEY_SECRET')
      ? []
      : ['DECKLE_SECRET_KEY_SECRET is missing (deckle-secret-key): nobody could set up a second factor']),
  ]
}

function problemsOf(environment: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    parseConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}
