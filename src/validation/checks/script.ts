import type { CheckJudgement } from '../../model/check-script.ts'
import { type JsonObject, toJson } from '../../std/json.ts'
import type { Check, CheckContext, CodeDoc } from '../check.ts'

const codes = {
  check_script_denied: {
    title: 'The check script of the package does not allow this version',
    why: 'Owners of a package can have a script look at each new version; its reason is what it says.',
  },
  check_script_failed: {
    title: 'The check script of the package gave no answer',
    why: 'It threw, took longer than 5 seconds or more than 64 MB, or broke. What is not allowed is denied.',
  },
  check_script_suspended: {
    title: 'The check script of the package is not asked for a while',
    why: 'It took longer than 5 seconds each of the last times, which others had to wait for.',
  },
} as const satisfies Record<string, CodeDoc>

/** Files that a script is told of; how many there are, it is told in any case. */
const mostFiles = 10_000
/** Of all paths that it is told. */
const mostPathCharacters = 1_000_000

/** What `publish(input)` is given. */
export interface PublishInput {
  readonly package: { readonly format: string; readonly name: string }
  readonly version: string
  readonly file: string
  readonly publisher: string | null
  readonly manifest: JsonObject
  readonly files: readonly { readonly path: string; readonly sizeBytes: number; readonly isExecutable: boolean }[]
  readonly fileCount: number
  readonly unpackedSizeBytes: number
  /** Whether `files` is not all of them. */
  readonly isTruncated: boolean
}

/** The script that a package has for the moment of publishing, and how to ask it. */
export interface PublishScript {
  /** SHA-256 of its text, hex. */
  readonly digest: string
  ask(input: JsonObject): Promise<CheckJudgement>
}

/** What the package's own script says of the file list and the manifest. Holds 10,000 paths. To be the last check. */
export function createScriptCheck(script: PublishScript): Check {
  return {
    id: 'check-script',
    formats: 'all',
    codes,
    begin(context) {
      const files: PublishInput['files'][number][] = []
      let charactersLeft = mostPathCharacters
      return {
        entry({ kind, path, sizeBytes, mode }) {
          charactersLeft -= path.length
          if (kind === 'file' && files.length < mostFiles && charactersLeft >= 0) {
            files.push({ path, sizeBytes, isExecutable: (mode & 0o111) !== 0 })
          }
          return undefined
        },
        end: () => ask(script, context, files),
      }
    },
  }
}

async function ask(script: PublishScript, context: CheckContext, files: PublishInput['files']): Promise<void> {
  const { facts, report } = context
  if (facts.manifest === undefined) return // without one it is refused already
  const judgement = await script.ask(toJson(inputOf(context, facts.manifest, files)))
  if (judgement.verdict === 'allow') {
    facts.checkScript = script.digest
    return
  }
  const { code, reason } = judgement
  const message =
    code === 'check_script_denied'
      ? `The check script of the package does not allow this version: ${sentence(reason)}`
      : `The check script of the package gave no answer: it ${reason}.`
  const hint =
    code === 'check_script_denied'
      ? 'Change what it asks for, then publish again; its owners can say more.'
      : 'Tell an owner of the package; `deckle check run` tries a script with a sample.'
  report({ code, message, hint })
}

/** A hint follows. */
const sentence = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`)

function inputOf(
  { file, publisher, facts }: CheckContext,
  manifest: JsonObject,
  files: PublishInput['files'],
): PublishInput {
  return {
    package: { format: file.format, name: file.name },
    version: file.version,
    file: file.filename,
    publisher: publisher ?? null,
    manifest,
    files,
    fileCount: facts.fileCount,
    unpackedSizeBytes: facts.unpackedSizeBytes,
    isTruncated: files.length < facts.fileCount,
  }
}
