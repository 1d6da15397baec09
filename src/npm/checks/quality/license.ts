import parseSpdx from 'spdx-expression-parse'
import type { Json } from '../../../std/json.ts'
import type { Check, CodeDoc } from '../../../validation/check.ts'
import { printable } from '../../../validation/printable.ts'

const codes = {
  license_missing: {
    title: 'The package does not say its licence',
    why: 'Without a licence nobody else may use it, and tools that look for licences cannot judge it.',
  },
  license_not_spdx: {
    title: 'The licence is no SPDX expression',
    why: 'Tools compare licences by their SPDX names; any other text has to be read by a person.',
  },
} as const satisfies Record<string, CodeDoc>

const hint = 'Give `license` in package.json an SPDX expression such as `MIT`, `SEE LICENSE IN <file>` or `UNLICENSED`.'
/** The parser is recursive; the longest real expressions have some hundred characters. */
const longestExpression = 1_000

/** The licence is one that tools understand. Reads the manifest only. @see npm docs, package.json, "license" */
export const licenseCheck: Check = {
  id: 'npm-license',
  formats: ['npm'],
  codes,
  begin: (context) => ({
    end() {
      const { manifest } = context.facts
      if (manifest === undefined) return
      const license = manifest['license'] ?? manifest['licenses']
      if (license === undefined || license === '') {
        const message = 'The package.json has no licence.'
        context.report({ code: 'license_missing', path: 'license', message, hint })
      } else if (!isUnderstood(license)) {
        const message = `The licence ${printable(JSON.stringify(license), 100)} is no SPDX expression.`
        context.report({ code: 'license_not_spdx', path: 'license', message, hint })
      }
    },
  }),
}

function isUnderstood(license: Json): boolean {
  if (typeof license !== 'string' || license.length > longestExpression) return false
  if (license === 'UNLICENSED' || /^SEE LICEN[CS]E IN ./.test(license)) return true
  try {
    parseSpdx(license)
    return true
  } catch {
    // The parser throws for whatever is no expression: that is its answer
    return false
  }
}
