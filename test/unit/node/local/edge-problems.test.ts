import { expect, test } from 'vitest'
import { edgeProblems } from '../../../../src/node/local/deploy/edge-problems.ts'

const vars = {
  DECKLE_PUBLIC_URL: 'https://packages.example.com',
  DECKLE_BUCKET: 'deckle-111111111111-eu-central-1',
  DECKLE_AWS_ROLE: 'arn:aws:iam::111111111111:role/edge',
  AWS_REGION: 'eu-central-1',
  DECKLE_SESSION_KEYS_SECRET: 'deckle-session-keys',
  DECKLE_SECRET_KEY_SECRET: 'deckle-secret-key',
}

test('a worker with a role, or with a key, may be deployed', () => {
  expect(edgeProblems({ vars, secrets: ['DECKLE_IDENTITY_KEYS', 'UNKNOWN'] })).toEqual([])
  const { DECKLE_AWS_ROLE, ...others } = vars
  expect(edgeProblems({ vars: others, secrets: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] })).toEqual([])
})

test('everything that is missing is named at once, with what to do', () => {
  const said = edgeProblems({ vars: { DECKLE_PUBLIC_URL: 'http://packages.example.com' }, secrets: [] }).join('\n')
  for (const name of ['AWS_ACCESS_KEY_ID', 'DECKLE_BUCKET', 'AWS_REGION', 'DECKLE_SESSION_KEYS_SECRET']) {
    expect(said).toMatch(new RegExp(`^${name}:? is missing`, 'm'))
  }
  expect(said).toContain('DECKLE_PUBLIC_URL must be an https address')
})

test('a secret among the variables is refused', () => {
  const shown = { ...vars, DECKLE_IDENTITY_KEYS: '[]' }
  expect(edgeProblems({ vars: shown, secrets: ['DECKLE_IDENTITY_KEYS'] })).toEqual([
    'DECKLE_IDENTITY_KEYS is a secret: take it out of wrangler.toml, and npx wrangler secret put DECKLE_IDENTITY_KEYS',
  ])
})
