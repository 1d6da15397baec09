import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { chosenVars } from '../../../../src/node/local/deploy/chosen-environment.ts'

const file = `
[vars]
ONE = "local"
[env.staging.vars]
ONE = "staging"
[env.production]
name = "it"
`

test('the environment that is named is the one that is checked, and it inherits no variables', () => {
  for (const args of [
    ['--env', 'staging'],
    ['--env=staging', '--dry-run'],
    ['--dry-run', '-e', 'staging'],
  ])
    expect(chosenVars(file, args)).toEqual({ ONE: 'staging' })
  expect(chosenVars(file, ['--env', 'production'])).toEqual({})
  expect(chosenVars('[vars]\nONE = "only"', ['--dry-run'])).toEqual({ ONE: 'only' })
})

test('without an environment, or with one that is not there, it is said which there are', () => {
  for (const args of [[], ['--env'], ['--env', 'prod']])
    expect(() => chosenVars(file, args)).toThrow('--env staging, or --env production')
})

test('each environment of the repository believes the address that Cloudflare sets', () => {
  const toml = readFileSync('wrangler.toml', 'utf8')
  for (const name of ['staging', 'production'])
    expect(chosenVars(toml, ['--env', name])).toEqual({ DECKLE_TRUST_ADDRESS: 'true' })
})
