import type { ArchiveEntry, Check, CheckContext, CodeDoc, ContentReader } from '../check.ts'
import { printable } from '../printable.ts'
import { findSecrets, type SecretHit } from './secret-rules.ts'
import { WindowReader } from './secret-windows.ts'

const codes = {
  secret_found: {
    title: 'The archive holds a secret',
    why:
      'Whoever can download the package can use it. It has the form of one provider only and does not look made up; a ' +
      'secret that was packed once has to be revoked.',
  },
  secret_suspected: {
    title: 'The archive holds what may be a secret',
    why:
      'It has the form of a secret, but may be an example: it stands in a test or in documentation, looks made up, is ' +
      'marked with a comment of secretlint, or its form is a common one.',
  },
  secret_scan_incomplete: {
    title: 'Not all of the archive was searched for secrets',
    why: 'The search has a budget, so that one huge package does not keep the others waiting.',
  },
} as const satisfies Record<string, CodeDoc>

/** Text that is looked at per archive; at over 100 MB/s that is a few seconds. */
const mostSearchedBytes = 512 * 1024 * 1024
/**
 * Characters given to the rules per archive: windows that have anything like a secret in them. Text made to be slow
 * takes several seconds a million, so this bounds the worst case to about a minute.
 */
const mostRuleCharacters = 8 * 1024 * 1024
/** Findings per file: a file of a thousand keys needs no thousand lines. */
const mostFindingsPerFile = 20

/**
 * Searches every text file for secrets with secretlint's recommended rules. Holds one window (64 KiB) of the current
 * file. A finding names the path, the line and the rule, never the secret.
 */
export const secretsCheck: Check = {
  id: 'secrets',
  formats: 'all',
  codes,
  begin(context) {
    let searchedBytes = 0
    let ruleCharacters = 0
    let skipped: string | undefined
    return {
      entry(entry): ContentReader | undefined {
        if (entry.kind !== 'file' || entry.sizeBytes === 0) return undefined
        searchedBytes += entry.sizeBytes
        if (searchedBytes > mostSearchedBytes) {
          skipped ??= entry.path
          return undefined
        }
        return searchFile(context, entry, (characters) => {
          ruleCharacters += characters
          if (ruleCharacters > mostRuleCharacters) skipped ??= entry.path
          return ruleCharacters <= mostRuleCharacters
        })
      },
      end() {
        if (skipped === undefined) return
        context.report({
          code: 'secret_scan_incomplete',
          path: printable(skipped, 200),
          message: 'The search for secrets stopped at this file: the archive has more text than one search covers.',
          hint: 'Leave out files that are not needed to use the package.',
        })
      },
    }
  },
}

function searchFile(
  context: CheckContext,
  entry: ArchiveEntry,
  mayRunRules: (characters: number) => boolean,
): ContentReader {
  const searches: Promise<readonly SecretHit[] | SearchFailure>[] = []
  const reader = new WindowReader(entry.sizeBytes, (window) => {
    const search = findSecrets(entry.path, window, mayRunRules)
    // Caught at once, thrown at the end: an archive that breaks off never comes to its end
    searches.push(search.catch((cause: unknown) => new SearchFailure(entry.path, cause)))
  })
  return {
    chunk: (bytes) => reader.chunk(bytes),
    async end() {
      reader.end()
      const results = await Promise.all(searches)
      const failure = results.find((result) => result instanceof SearchFailure)
      if (failure !== undefined) throw failure
      report(
        context,
        entry.path,
        results.flatMap((result) => (result instanceof SearchFailure ? [] : result)),
      )
    },
  }
}

class SearchFailure extends Error {
  constructor(path: string, cause: unknown) {
    super(`the search for secrets failed in ${printable(path, 200)}`, { cause })
    this.name = 'SearchFailure'
  }
}

function report(context: CheckContext, path: string, hits: readonly SecretHit[]): void {
  // Windows overlap, and one line may have several of a kind: one finding for each line and rule
  const byPlace = new Map<string, SecretHit>()
  for (const hit of hits) {
    const place = `${hit.line} ${hit.rule}`
    if (hit.isConfident || !byPlace.has(place)) byPlace.set(place, hit)
  }
  const confidentFirst = [...byPlace.values()].sort((a, b) => Number(b.isConfident) - Number(a.isConfident))
  for (const { line, kind, rule, isConfident } of confidentFirst.slice(0, mostFindingsPerFile)) {
    context.report({
      code: isConfident ? 'secret_found' : 'secret_suspected',
      path: printable(path, 200),
      message: `Line ${line} ${isConfident ? 'holds a secret' : 'may hold a secret'}: ${kind} (rule ${rule}).`,
      hint: isConfident
        ? 'Revoke it, take it out of the package, and publish again. If it is no secret, put `secretlint-disable-line` into a comment on its line.'
        : 'If it is a working secret, revoke it and publish a version without it.',
    })
  }
}
