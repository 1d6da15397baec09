import { describe, expect, test } from 'vitest'
import type { PackageName } from '../../../src/model/ids.ts'
import { isNameOf, parseSearch, termsOf } from '../../../src/registry/search-terms.ts'

const ref = (name: string) => ({ format: 'npm' as const, name: name as PackageName })
const summary = { description: '', keywords: [], authors: [], links: {} }

describe('terms of a package', () => {
  test('come from its name, scope, keywords, people and description, each as close as it stands', () => {
    const terms = termsOf(
      ref('@acme/date-picker'),
      {
        ...summary,
        scope: 'acme',
        description: 'A picker for the DATES of a calendar',
        keywords: ['Calendar', 'react component'],
        authors: ['Ana Smith'],
      },
      ['ana'],
    )
    expect(terms).toEqual({
      'word/acme': 1,
      'word/date': 1,
      'word/picker': 1,
      'scope/acme': 1,
      'maintainer/ana': 1,
      'author/ana smith': 1,
      'author/ana': 1,
      'author/smith': 1,
      'keyword/calendar': 2,
      'word/calendar': 2,
      'keyword/react component': 2,
      'word/react': 2,
      'word/component': 2,
      'word/dates': 3,
    })
    expect(termsOf(ref('react'), summary, [])['word/react']).toBe(0)
    expect(termsOf(ref('@acme/react'), summary, [])['word/react']).toBe(0)
  })

  test('are bounded, whatever was written', () => {
    const description = Array.from({ length: 5_000 }, (_, index) => `w${index}`).join(' ')
    const keywords = Array.from({ length: 1_000 }, (_, index) => `k${index}`)
    const owners = Array.from({ length: 1_000 }, (_, index) => `o${index}`)
    const terms = termsOf(ref('lib'), { ...summary, description, keywords }, owners)
    expect(Object.keys(terms).length).toBeLessThanOrEqual(120)
    expect(Object.keys(termsOf(ref('lib'), { ...summary, description: 'x'.repeat(100_000) }, []))).toEqual(['word/lib'])
  })

  test('are never names of properties that every object has', () => {
    const terms = termsOf(ref('constructor'), { ...summary, keywords: ['__proto__'] }, [])
    expect(Object.keys(terms)).toEqual(['word/constructor', 'keyword/__proto__', 'word/proto'])
  })
})

describe('a search', () => {
  test.each([
    ['left-pad', [['word/left'], ['word/pad']]],
    ['@acme/lib', [['word/acme'], ['word/lib']]],
    ['Ｄate  PICKER', [['word/date'], ['word/picker']]],
    ['keywords:a,b', [['keyword/a', 'keyword/b']]],
    ['keywords:a+b', [['keyword/a'], ['keyword/b']]],
    ['author:ana x', [['author/ana'], ['word/x']]],
    ['maintainer:ana scope:@acme', [['maintainer/ana'], ['scope/acme']]],
    ['unknown:thing', [['word/unknown'], ['word/thing']]],
    ['the button', [['word/button']]],
    ['it', [['word/it']]],
    ['constructor:x', [['word/constructor'], ['word/x']]],
  ])('%s', (text, groups) => {
    expect(parseSearch(text)).toEqual(groups)
  })

  test.each(['', '   ', '---', 'x'.repeat(201), 'a b c d e f g h i j k l m', 'keywords:,'])('%j is refused', (text) => {
    expect(() => parseSearch(text)).toThrow(expect.objectContaining({ code: 'search_invalid' }))
  })

  test('a name is known with its scope and without', () => {
    expect(isNameOf(ref('@acme/lib'), 'LIB')).toBe(true)
    expect(isNameOf(ref('@acme/lib'), '@acme/lib')).toBe(true)
    expect(isNameOf(ref('@acme/lib'), 'acme lib')).toBe(false)
  })
})
