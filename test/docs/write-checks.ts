import { writeFileSync } from 'node:fs'
import { renderChecksPage } from './checks-page.ts'
import { deckleSchema } from './deckle-schema.ts'

// Both are to be formatted after
const docs = new URL('../../docs/', import.meta.url)
writeFileSync(new URL('checks.md', docs), renderChecksPage())
writeFileSync(new URL('deckle.schema.json', docs), `${JSON.stringify(deckleSchema, null, 2)}\n`)
