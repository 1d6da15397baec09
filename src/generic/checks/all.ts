import type { Check } from '../../validation/check.ts'
import { deckleJsonCheck } from './deckle-json.ts'
import { saidCheck } from './said.ts'

/** The checks of this format alone. What the file says of itself goes beside what its sender said. */
export const genericChecks: readonly Check[] = [saidCheck, deckleJsonCheck]
