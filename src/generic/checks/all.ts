import type { Check } from '../../validation/check.ts'
import { saidCheck } from './said.ts'

/** The checks of this format alone. */
export const genericChecks: readonly Check[] = [saidCheck]
