import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take a large part of a minute, the longest first: begun late, one of them would run alone at the end. */
const long = [
  'faults-edge',
  'permission-matrix',
  'change-crash',
  'local-start',
  'command',
  'faults',
  'faults-validator',
  'people-crash',
  'uploads-crash',
  'api-account',
  'hostile-routes',
  'second-factor',
  'settle-crash',
  'orgs',
]

/** The usual order, but for these. On a fresh machine, nobody has measured how long a file takes. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => place(a) - place(b))
  }
}

function place({ moduleId }: TestSpecification): number {
  const at = long.findIndex((name) => moduleId.endsWith(`/test/flows/${name}.test.ts`))
  return at === -1 ? long.length : at
}
