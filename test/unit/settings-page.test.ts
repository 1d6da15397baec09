import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Where settings are defined. */
const definitions = ['config', 'limit-settings', 'storage-access', 'storage-regions', 'telemetry-settings'].map(
  (name) => `src/${name}.ts`,
)
/** Of programs beside the registry: the first start, the doctor, and the command line. */
const others = ['DECKLE_ADMIN_PASSWORD', 'DECKLE_TOKEN', 'DECKLE_PASSWORD']

test('every setting is on the page of settings, and every name on the page is a setting', () => {
  const source = definitions.map((path) => readFileSync(path, 'utf8')).join('\n')
  const defined = [...source.matchAll(/^ +((?:DECKLE|AWS)_[A-Z0-9_]+): /gm)].map(([, name]) => String(name))
  const page = readFileSync('docs/settings.md', 'utf8')
  const shown = [...page.matchAll(/`((?:DECKLE|AWS)_[A-Z0-9_]+)`/g)].map(([, name]) => String(name))
  expect(defined.length).toBeGreaterThan(40)
  expect([...new Set(shown)].sort()).toEqual([...new Set([...defined, ...others])].sort())
})
