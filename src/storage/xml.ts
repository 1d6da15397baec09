import { XMLParser } from 'fast-xml-parser'
import { isJsonObject, type Json, type JsonObject } from '../std/json.ts'

// Texts stay as they are: a key may look like a number, and may begin or end with a space. Without `htmlEntities`,
// references by number (`&#34;`), which any S3 may write, would stay undecoded.
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, trimValues: false, htmlEntities: true })

/** One element of an S3 answer. Missing parts read as empty, as S3 leaves out what is empty. */
export class XmlElement {
  readonly #value: Json | undefined

  constructor(value: Json | undefined) {
    this.#value = value
  }

  /** Text of a child, entities decoded; empty when there is no such child. */
  text(name: string): string {
    const child = this.#fields()[name]
    return typeof child === 'string' ? child : ''
  }

  child(name: string): XmlElement | undefined {
    const child = this.#fields()[name]
    return child === undefined ? undefined : new XmlElement(child)
  }

  /** The children of one name, in order. */
  list(name: string): readonly XmlElement[] {
    const child = this.#fields()[name]
    if (child === undefined) return []
    return (Array.isArray(child) ? child : [child]).map((value: Json) => new XmlElement(value))
  }

  #fields(): JsonObject {
    return isJsonObject(this.#value) ? this.#value : {}
  }
}

/** Parses a document; `child` of the result is its root element. Throws on text that is not XML. */
export function parseXml(text: string): XmlElement {
  const parsed: Json = parser.parse(text, true)
  return new XmlElement(parsed)
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character)
}
