import type { Summary } from '../model/format.ts'
import type { PackageRef } from '../model/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../std/json.ts'

const longestDescription = 300
const mostKeywords = 30
const longestKeyword = 64
const mostAuthors = 10
const longestLink = 500

/**
 * What search shows of a version's document. Every part is cut to a length, since each package repeats it in the index,
 * and every link is one that a browser may follow.
 */
export function summarise(ref: PackageRef, document: JsonObject): Summary {
  const scope = /^@([^/]+)\//.exec(ref.name)?.[1]
  return {
    description: textOf(document['description']).slice(0, longestDescription),
    keywords: listOf(document['keywords'])
      .map((word) => textOf(word).trim())
      .filter((word) => word !== '' && word.length <= longestKeyword)
      .slice(0, mostKeywords),
    authors: authorsOf(document),
    ...(scope === undefined ? {} : { scope }),
    links: linksOf(document),
  }
}

function authorsOf(document: JsonObject): readonly string[] {
  const people = [document['author'], document['_npmUser'], ...listOf(document['contributors'])].slice(0, mostAuthors)
  const names = people.flatMap((person) => [fieldOf(person, 'name'), fieldOf(person, 'email')])
  return [...new Set(names.filter((name) => name !== '' && name.length <= longestKeyword))]
}

function linksOf(document: JsonObject): Readonly<Record<string, string>> {
  const repository = fieldOf(document['repository'], 'url')
  const found = {
    homepage: textOf(document['homepage']),
    repository: repository.replace(/^git\+/, '').replace(/^git:/, 'https:'),
    bugs: fieldOf(document['bugs'], 'url'),
  }
  return Object.fromEntries(Object.entries(found).filter(([, url]) => isWebAddress(url)))
}

function isWebAddress(text: string): boolean {
  return text.length <= longestLink && /^https?:\/\//.test(text) && URL.canParse(text)
}

function fieldOf(value: Json | undefined, field: string): string {
  return isJsonObject(value) ? textOf(value[field]) : ''
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
