import type { CodeDoc } from '../check.ts'

/** How a code of an archive walker is explained. */
export interface ArchiveCodeDoc extends CodeDoc {
  /** What to do about it: the hint of every finding with the code. */
  readonly hint: string
}
