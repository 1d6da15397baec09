import type { Check } from '../../validation/check.ts'
import { capabilitiesCheck } from './capabilities/check.ts'
import { changesCheck } from './changes.ts'
import { confusionCheck } from './confusion.ts'
import { manifestCheck } from './manifest.ts'
import { dependenciesCheck } from './quality/dependencies.ts'
import { entryPointsCheck } from './quality/entry-points.ts'
import { licenseCheck } from './quality/license.ts'
import { readmeCheck } from './quality/readme.ts'
import { sizeCheck } from './quality/size.ts'
import { unwantedFilesCheck } from './quality/unwanted-files.ts'

/** Those of quality read the manifest that `manifestCheck` leaves in the facts, and so come after it. */
const qualityChecks: readonly Check[] = [
  licenseCheck,
  readmeCheck,
  dependenciesCheck,
  entryPointsCheck,
  unwantedFilesCheck,
  sizeCheck,
]

/** The checks that only npm packages have, in the order in which they end and their findings are read. */
export const npmChecks: readonly Check[] = [
  manifestCheck,
  confusionCheck,
  ...qualityChecks,
  changesCheck,
  capabilitiesCheck,
]
