import { z } from 'zod'
import { isJsonObject } from '../std/json.ts'
import { doubtfulKeys, jsonDepth } from '../std/json-keys.ts'

/** The largest manifest that is read. It is read whole by whoever wants to know what an archive is. */
export const longestDeckleJsonBytes = 65_536
const deepestNesting = 16

/** Its JSON Schema is `docs/deckle.schema.json`. */
export const deckleJsonShape = z
  .strictObject({
    $schema: z.string().max(500).exactOptional().describe('Address of this schema, for editors.'),
    name: z.string().max(202).describe('The package, as it is published.'),
    version: z.string().max(200).describe('The version, as it is published.'),
    description: z.string().max(300).exactOptional(),
    license: z.string().max(200).exactOptional().describe('An SPDX expression.'),
    homepage: z
      .url({ protocol: /^https?$/ })
      .max(500)
      .exactOptional(),
    keywords: z.array(z.string().min(1).max(50)).max(50).exactOptional(),
  })
  .describe('`deckle.json`: what an archive says of itself, at its root or in its one top folder.')

export type DeckleJson = z.infer<typeof deckleJsonShape>

/** `problem` completes the sentence "it …". */
export type DeckleJsonReading =
  | { readonly kind: 'sound'; readonly manifest: DeckleJson }
  | { readonly kind: 'invalid'; readonly problem: string }

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads the bytes of a `deckle.json` strictly: UTF-8, one JSON object of the schema, no key twice. */
export function readDeckleJson(bytes: Uint8Array): DeckleJsonReading {
  const text = attempt(() => utf8.decode(bytes))
  if (text === undefined) return { kind: 'invalid', problem: 'is not UTF-8' }
  if (jsonDepth(text) > deepestNesting) {
    return { kind: 'invalid', problem: `nests deeper than ${deepestNesting} levels` }
  }
  const value = attempt((): unknown => JSON.parse(text))
  if (!isJsonObject(value)) return { kind: 'invalid', problem: 'is not a JSON object' }
  const doubt = doubtfulKeys(text)[0]
  if (doubt !== undefined) return { kind: 'invalid', problem: `can be read in two ways at ${doubt.path.join('.')}` }
  const parsed = deckleJsonShape.safeParse(value)
  if (parsed.success) return { kind: 'sound', manifest: parsed.data }
  const [issue] = parsed.error.issues
  return {
    kind: 'invalid',
    problem: `does not fit the schema at ${issue?.path.join('.') || 'its root'}: ${issue?.message}`,
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
