import type { Check } from '../../validation/check.ts'
import { confusionCheck } from './confusion.ts'
import { manifestCheck } from './manifest.ts'

/** The checks that only npm packages have, in the order in which their findings are read. */
export const npmChecks: readonly Check[] = [manifestCheck, confusionCheck]
