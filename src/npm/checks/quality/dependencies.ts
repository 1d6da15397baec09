import type { Check, CodeDoc } from '../../../validation/check.ts'
import { printable } from '../../../validation/printable.ts'
import { dependenciesOf } from '../../normalise.ts'
import { sourceOf } from '../../specifier.ts'

const codes = {
  dependency_outside_registry: {
    title: 'A dependency does not come from a registry',
    why: 'It is downloaded from a repository or an address: what is there can change or vanish, and nobody has checked it.',
  },
  dependency_is_local: {
    title: 'A dependency is a file or folder of its publisher',
    why: 'Nobody else has it, so the package cannot be installed.',
  },
} as const satisfies Record<string, CodeDoc>

/** Kinds that are installed with the package; what peers come from is the business of whoever installs it. */
const kinds = ['dependencies', 'optionalDependencies'] as const
const mostFindings = 20

/** Dependencies come from where they were checked. Aliases (`npm:`) do. Reads the manifest only. */
export const dependenciesCheck: Check = {
  id: 'npm-dependencies',
  formats: ['npm'],
  codes,
  begin: (context) => ({
    end() {
      const { manifest } = context.facts
      if (manifest === undefined) return
      const all = dependenciesOf(manifest)
      const bundled = new Set(Object.values(manifest['bundleDependencies'] ?? []))
      const strange = kinds
        .flatMap((kind) => [...(all.get(kind) ?? [])].map(([name, specifier]) => ({ kind, name, specifier })))
        .filter(({ name, specifier }) => !bundled.has(name) && sourceOf(specifier) !== 'registry')
      for (const { kind, name, specifier } of strange.slice(0, mostFindings)) {
        const isLocal = sourceOf(specifier) === 'local'
        context.report({
          code: isLocal ? 'dependency_is_local' : 'dependency_outside_registry',
          path: printable(`${kind}.${name}`, 200),
          message: `"${printable(name, 100)}" comes from ${JSON.stringify(printable(specifier, 150))}.`,
          hint: 'Publish it, and depend on a version of it.',
        })
      }
    },
  }),
}
