import type { Check, CodeDoc } from '../../../validation/check.ts'

const codes = {
  readme_missing: {
    title: 'The package has no readme',
    why: 'It is the page that people see first, and often the only one.',
  },
} as const satisfies Record<string, CodeDoc>

/** The archive has a readme with something in it. */
export const readmeCheck: Check = {
  id: 'npm-readme',
  formats: ['npm'],
  codes,
  begin: (context) => ({
    end() {
      if (context.facts.manifest === undefined || context.facts.readme?.trim()) return
      context.report({
        code: 'readme_missing',
        message: 'The archive has no readme in its top folder, or an empty one.',
        hint: 'Add a README.md that says what the package is for.',
      })
    },
  }),
}
