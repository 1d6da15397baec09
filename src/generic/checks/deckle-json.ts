import { BoundedBytes } from '../../validation/bounded-bytes.ts'
import type { Check, CheckContext, CodeDoc } from '../../validation/check.ts'
import { printable } from '../../validation/printable.ts'
import { type DeckleJson, longestDeckleJsonBytes, readDeckleJson } from '../deckle-json.ts'

const codes = {
  deckle_json_missing: {
    title: 'The archive has no deckle.json',
    why: 'A file that is announced as an archive says there what it is: at its root, or one folder down.',
  },
  deckle_json_repeated: {
    title: 'The archive has more than one deckle.json',
    why: 'Readers would differ in which of them they take.',
  },
  deckle_json_too_large: { title: 'The deckle.json is too large', why: 'It is read whole; data belongs into files.' },
  deckle_json_invalid: {
    title: 'The deckle.json cannot be read',
    why: 'It must be one JSON object in UTF-8 that fits docs/deckle.schema.json, with no key twice.',
  },
  deckle_json_differs: {
    title: 'The archive is of another package or version',
    why: 'What it says of itself must be what people ask for, or an old file could pass for a new release.',
  },
} as const satisfies Record<string, CodeDoc>

const fileName = /^(?:[^/]+\/)?deckle\.json$/
const hint = 'Correct the file, pack the archive again and send it again; docs/deckle.schema.json says what it holds.'

/**
 * An archive says what it is, if it says so, once and soundly; one that was announced as an archive must. What it says
 * goes into `facts.manifest`, where its sender did not say it. Holds 64 KiB.
 */
export const deckleJsonCheck: Check = {
  id: 'generic-deckle-json',
  formats: ['generic'],
  codes,
  begin(context) {
    const paths: string[] = []
    const bytes = new BoundedBytes(longestDeckleJsonBytes)
    return {
      entry({ path, kind }) {
        if (kind !== 'file' || !fileName.test(path)) return undefined
        // Two are one too many, so no more are counted
        if (paths.length < 2) paths.push(path)
        return paths.length === 1 ? { chunk: (chunk) => bytes.add(chunk) } : undefined
      },
      end() {
        const manifest = findManifest(context, paths, bytes)
        if (manifest === undefined || !isOfThisVersion(context, paths[0], manifest)) return
        const { $schema: _, name: __, version: ___, ...said } = manifest
        context.facts.manifest = { ...said, ...context.facts.manifest }
      },
    }
  },
}

function findManifest(context: CheckContext, paths: readonly string[], bytes: BoundedBytes): DeckleJson | undefined {
  const [path, other] = paths
  const report = (code: keyof typeof codes, message: string) => {
    context.report({ code, path: printable(path ?? 'deckle.json', 200), message, hint })
    return undefined
  }
  if (path === undefined) {
    const isAsked = context.published?.['kind'] === 'archive'
    return isAsked ? report('deckle_json_missing', 'The archive has no deckle.json.') : undefined
  }
  if (other !== undefined) {
    const both = `"${printable(path, 100)}" and "${printable(other, 100)}"`
    return report('deckle_json_repeated', `The archive has ${both}.`)
  }
  if (bytes.isCut) {
    return report('deckle_json_too_large', `The deckle.json is larger than ${longestDeckleJsonBytes} bytes.`)
  }
  const reading = readDeckleJson(bytes.content())
  if (reading.kind === 'sound') return reading.manifest
  return report('deckle_json_invalid', `The deckle.json ${printable(reading.problem, 200)}.`)
}

function isOfThisVersion({ file, report }: CheckContext, path = '', { name, version }: DeckleJson): boolean {
  if (name === file.name && version === file.version) return true
  const said = `${printable(name, 80)} ${printable(version, 40)}`
  const message = `The deckle.json is of ${said}, but the file is sent as ${file.name} ${file.version}.`
  report({ code: 'deckle_json_differs', path: printable(path, 200), message, hint })
  return false
}
