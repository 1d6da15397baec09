import type { Check, CheckContext, CodeDoc, ContentReader } from '../../../validation/check.ts'
import { printable } from '../../../validation/printable.ts'
import { installedPath } from '../notes.ts'

/** A file as publint is given it. */
export interface PackedFile {
  /** Absolute: `/package.json`. */
  readonly name: string
  readonly data: Uint8Array
}

export interface PackagingProblem {
  /** publint's own code: `EXPORTS_TYPES_SHOULD_BE_FIRST`. */
  readonly code: string
  readonly level: 'error' | 'warning'
  /** The place in `package.json`. */
  readonly field: string
  readonly text: string
}

export type LintOutcome =
  | { readonly kind: 'done'; readonly problems: readonly PackagingProblem[] }
  /** It broke, or took too long: `problem` completes the sentence "publint …". */
  | { readonly kind: 'failed'; readonly problem: string }

/** Runs publint over files in memory, where it can neither stop the others nor end the process. */
export type LintPackage = (files: readonly PackedFile[]) => Promise<LintOutcome>

const why = 'Bundlers, TypeScript or a version of Node would load the wrong file, or none. Found by publint.'

const codes = {
  packaging_error: { title: 'The entry points contradict one another, or their files', why },
  packaging_doubtful: { title: 'The entry points may not mean what they say', why },
  packaging_unchecked: {
    title: 'publint did not look at the package, or not to its end',
    why: 'It is only given packages of 2,000 files at most, and a few seconds for each.',
  },
} as const satisfies Record<string, CodeDoc>

/** What publint does grows with their square: a tenth of a second for these. */
const mostFiles = 2_000
/** Of contents, per archive; also kept when the package turns out to have too many files. */
const mostBytes = 8 * 1024 * 1024
/** publint reads only these. */
const readFiles = /\.[cm]?js$|(^|\/)package\.json$/
/** For files that were not kept: says neither that it is an ES module, nor that a command cannot be run. */
const neutral = new TextEncoder().encode('#!/usr/bin/env node\n')

/** Other checks say the same of more packages, or it is about taste. */
const saidElsewhere = new Set([
  ...['FILE_DOES_NOT_EXIST', 'EXPORTS_GLOB_NO_MATCHED_FILES', 'LOCAL_DEPENDENCY', 'INVALID_REPOSITORY_VALUE'],
])
const mostFindings = 20

/**
 * What `package.json` says about entry points makes sense to those who read it, as far as publint knows. Only warns.
 * Holds 8 MiB of scripts and 2,000 paths.
 * @see https://publint.dev/rules
 */
export function createPackagingCheck(lint: LintPackage): Check {
  return {
    id: 'npm-packaging',
    formats: ['npm'],
    codes,
    begin(context) {
      const files: PackedFile[] = []
      let fileCount = 0
      let bytesLeft = mostBytes
      return {
        entry(entry): ContentReader | undefined {
          const path = installedPath(entry.path)
          if (path === undefined || entry.kind !== 'file') return undefined
          fileCount += 1
          if (fileCount > mostFiles) return undefined
          const isKept = readFiles.test(path) && entry.sizeBytes <= bytesLeft
          if (isKept) bytesLeft -= entry.sizeBytes
          const data = isKept ? new Uint8Array(entry.sizeBytes) : neutral
          files.push({ name: `/${path}`, data })
          return isKept ? fill(data) : undefined
        },
        async end() {
          if (context.facts.manifest === undefined) return
          const tooMany = `was not asked: the package has more than ${mostFiles} files`
          reportOutcome(context, fileCount > mostFiles ? { kind: 'failed', problem: tooMany } : await lint(files))
        },
      }
    },
  }
}

function fill(data: Uint8Array): ContentReader {
  let at = 0
  return {
    chunk(bytes) {
      data.set(bytes, at)
      at += bytes.length
    },
  }
}

function reportOutcome(context: CheckContext, outcome: LintOutcome): void {
  if (outcome.kind === 'failed') {
    const message = `publint ${outcome.problem}.`
    context.report({ code: 'packaging_unchecked', message, hint: 'Try it yourself: `npx publint`.' })
    return
  }
  const told = outcome.problems.filter(({ code }) => !saidElsewhere.has(code))
  for (const { code, level, field, text } of told.slice(0, mostFindings)) {
    context.report({
      code: level === 'error' ? 'packaging_error' : 'packaging_doubtful',
      path: printable(field, 200),
      message: `${printable(text, 250).replace(/\.$/, '')}.`,
      hint: `Correct package.json; https://publint.dev/rules#${code.toLowerCase()} explains it.`,
    })
  }
}
