import { writeFileSync } from 'node:fs'
import { deckleJsonSchema } from '../../src/generic/deckle-json.ts'
import { renderChecksPage } from './checks-page.ts'

// Both are to be formatted after
const docs = new URL('../../docs/', import.meta.url)
writeFileSync(new URL('checks.md', docs), renderChecksPage())
writeFileSync(new URL('deckle.schema.json', docs), `${JSON.stringify(deckleJsonSchema, null, 2)}\n`)
