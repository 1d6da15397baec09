import { expect, test } from 'vitest'
import { escapeXml, parseXml } from '../../../src/storage/xml.ts'

const textOf = (xml: string) => parseXml(`<Key>${xml}</Key>`).text('Key')

test('a text is the same however its characters were written', () => {
  const etag = '"0123"'
  for (const written of ['"0123"', '&quot;0123&quot;', '&#34;0123&#34;', '&#x22;0123&#x22;']) {
    expect(textOf(written)).toBe(etag)
  }
  expect(textOf('a&#39;b&apos;c &#128512; &#x1F600;')).toBe("a'b'c 😀 😀")
})

test('what was escaped is decoded once', () => {
  for (const key of ['a&b', '&amp;', '&#34;', '<a href="x">', "it's", ' 007 ']) {
    expect(textOf(escapeXml(key))).toBe(key)
  }
})
