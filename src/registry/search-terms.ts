import type { Summary } from '../model/format.ts'
import type { PackageRef } from '../model/ids.ts'
import { refuse } from '../model/refusals.ts'

/**
 * How well a term stands for a package: 0 it is the whole name, 1 a part of the name, 2 a keyword, 3 a word of the
 * description. Terms of operators (`keyword/`, `author/`, ...) stand for what they say.
 */
export type Closeness = 0 | 1 | 2 | 3

export type Terms = Readonly<Record<string, Closeness>>

/** Terms of one package: more are left out, the least close first. */
const mostTerms = 120
const mostDescriptionWords = 40
const mostOwners = 50
const longestWord = 64
const longestText = 200
/** Terms of one search: each costs a query or two. */
const mostAsked = 10

/** Words that say nothing in a description, and in a search that has others. */
const stopWords = new Set(
  'a an and are as at be by for from has if in into is it its of on or that the this to was with you your'.split(' '),
)

/** Operators of a search's text, and the kind of term that each looks for. */
const operators: Readonly<Record<string, string>> = {
  keyword: 'keyword',
  keywords: 'keyword',
  author: 'author',
  maintainer: 'maintainer',
  scope: 'scope',
}

/** The terms by which a package is found. Deterministic. */
export function termsOf(ref: PackageRef, summary: Summary, owners: readonly string[]): Terms {
  const terms = new Map<string, Closeness>()
  const add = (kind: string, text: string, closeness: Closeness) => {
    const term = `${kind}/${text}`
    if (text !== '' && text.length <= longestWord && terms.size < mostTerms && !terms.has(term)) {
      terms.set(term, closeness)
    }
  }
  const whole = new Set([fold(ref.name), fold(ref.name.slice(ref.name.indexOf('/') + 1))])
  for (const word of wordsOf(ref.name)) add('word', word, whole.has(word) ? 0 : 1)
  if (summary.scope !== undefined) add('scope', fold(summary.scope), 1)
  for (const owner of owners.slice(0, mostOwners)) add('maintainer', fold(owner), 1)
  for (const author of summary.authors) {
    for (const name of [fold(author), ...wordsOf(author)]) add('author', name, 1)
  }
  for (const keyword of summary.keywords) {
    add('keyword', fold(keyword), 2)
    for (const word of wordsOf(keyword)) add('word', word, 2)
  }
  const described = wordsOf(summary.description).filter((word) => !stopWords.has(word))
  for (const word of described.slice(0, mostDescriptionWords)) add('word', word, 3)
  return Object.fromEntries(terms)
}

/**
 * What a search asks for: all groups must be met, each by any of its terms. `a b` asks for both words; `keywords:a,b`
 * for either keyword and `keywords:a+b` for both; `author:`, `maintainer:` and `scope:` likewise.
 * @throws Refusal `search_invalid`
 */
export function parseSearch(text: string): readonly (readonly string[])[] {
  if (text.length > longestText)
    throw refuse('search_invalid', { problem: `it is longer than ${longestText} characters` })
  const asked = text.split(/\s+/).flatMap(groupsOf)
  const telling = asked.filter(([term = '']) => !stopWords.has(term.slice('word/'.length)))
  const groups = telling.length > 0 ? telling : asked
  if (groups.length === 0) throw refuse('search_invalid', { problem: 'it names nothing to look for' })
  if (groups.flat().length > mostAsked) throw refuse('search_invalid', { problem: `it has over ${mostAsked} words` })
  return groups
}

function groupsOf(token: string): readonly (readonly string[])[] {
  const [, operator = '', value = ''] = /^([a-z]+):(.+)$/i.exec(token) ?? []
  const kind = Object.hasOwn(operators, operator.toLowerCase()) ? operators[operator.toLowerCase()] : undefined
  if (kind === undefined) return wordsOf(token).map((word) => [`word/${word}`])
  const all = value.split('+').map((part) => part.split(',').map((each) => fold(each.replace(/^@/, ''))))
  return all.map((any) => any.filter((each) => each !== '').map((each) => `${kind}/${each}`)).filter(isFilled)
}

/** Whether a search's text is a package's name, with its scope or without. */
export function isNameOf(ref: PackageRef, text: string): boolean {
  const asked = fold(text)
  return asked === ref.name || asked === ref.name.slice(ref.name.indexOf('/') + 1)
}

/** Case and width folded, so that a reader needs not know how the publisher wrote it. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim()
}

function wordsOf(text: string): readonly string[] {
  const words = fold(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return [...new Set(words)].filter((word) => word.length <= longestWord)
}

function isFilled(list: readonly unknown[]): boolean {
  return list.length > 0
}
