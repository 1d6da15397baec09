import { writeFileSync } from 'node:fs'
import { renderChecksPage } from './checks-page.ts'

writeFileSync(new URL('../../docs/checks.md', import.meta.url), renderChecksPage())
