import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Base64Decoder, Base64Error, latin1Text } from '../../../src/std/base64-stream.ts'

/** @returns the bytes, or problem and position */
function decode(...pieces: readonly string[]): Buffer | string {
  const bytes: Uint8Array[] = []
  const decoder = new Base64Decoder((piece) => bytes.push(piece))
  try {
    for (const piece of pieces) decoder.push(piece)
    decoder.end()
  } catch (error) {
    if (!(error instanceof Base64Error)) throw error
    return `${error.problem} @${error.position}`
  }
  return Buffer.concat(bytes)
}

/** Cuts a text at the places that the numbers choose. */
function cut(text: string, cuts: readonly number[]): string[] {
  const places = [0, ...cuts.map((n) => n % (text.length + 1)).sort((a, b) => a - b), text.length]
  return places.slice(1).map((end, i) => text.slice(places[i], end))
}

/** What is accepted, said in another way: RFC 4648 with required padding, spaces left out, and the one spelling. */
function reference(text: string): Buffer | undefined {
  const plain = text.replaceAll(' ', '')
  const wellFormed = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(plain)
  const bytes = Buffer.from(plain, 'base64')
  return wellFormed && bytes.toString('base64') === plain ? bytes : undefined
}

const cuts = fc.array(fc.nat(), { maxLength: 6 })

describe('what base64 decodes to', () => {
  test('is what was encoded, however the text is cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), cuts, (bytes, places) => {
        expect(decode(...cut(Buffer.from(bytes).toString('base64'), places))).toEqual(Buffer.from(bytes))
      }),
    )
  })

  test('does not depend on spaces', () => {
    const spaced = fc.tuple(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat(3), { minLength: 100, maxLength: 100 }))
    fc.assert(
      fc.property(spaced, cuts, ([bytes, spaces], places) => {
        const text = [...Buffer.from(bytes).toString('base64')].map((c, i) => ' '.repeat(spaces[i] ?? 0) + c).join('')
        expect(decode(...cut(`${text}  `, places))).toEqual(Buffer.from(bytes))
      }),
    )
  })

  test('is right across blocks, with and without spaces, and comes in pieces that own their buffers', () => {
    const bytes = Buffer.alloc(300_001, 'the bytes of a tarball, again and again')
    const text = bytes.toString('base64')
    for (const written of [
      text,
      ` ${text}`,
      text.replaceAll(/.{76}/g, '$&  '),
      `${text.slice(0, 70_000)} ${text.slice(70_000)}`,
    ]) {
      for (const size of [1_000, 65_535, 65_536, 65_537, 1_000_000]) {
        const pieces: Uint8Array[] = []
        const decoder = new Base64Decoder((piece) => pieces.push(piece))
        for (let at = 0; at < written.length; at += size) decoder.push(written.slice(at, at + size))
        decoder.end()
        expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
        expect(pieces.every((piece) => piece.byteLength === piece.buffer.byteLength)).toBe(true)
      }
    }
  })

  test('may be nothing', () => {
    expect(decode()).toEqual(Buffer.alloc(0))
    expect(decode('', '  ', '')).toEqual(Buffer.alloc(0))
  })
})

describe('what base64 is refused', () => {
  const ends = 'it ends inside a group of four'
  const pads = 'a "=" that pads no last group'
  const after = 'text after its padding'
  const bits = 'the last character has bits that belong to no byte'
  const strange = (what: string) => `a character outside its alphabet (${what})`

  test.each([
    ['A', ends, 1],
    ['AA', ends, 2],
    ['AAA', ends, 3],
    ['AAAAAAA', ends, 7],
    ['AA=', ends, 3],
    ['AA= ', ends, 4],
    ['=', pads, 0],
    ['====', pads, 0],
    ['A===', pads, 1],
    ['AAAA=', pads, 4],
    ['AAA==', pads, 4],
    ['AA===', pads, 4],
    ['AA==AA==', after, 4],
    ['AA==  A', after, 6],
    ['AA=A', after, 3],
    ['AAA=\n', after, 4],
    ['AB==', bits, 1],
    ['AAB=', bits, 2],
    ['A  A B =', bits, 5],
    ['AA-A', strange('"-"'), 2],
    ['AAA_', strange('"_"'), 3],
    ['AA\nAA', strange('byte 0x0a'), 2],
    ['  AAé=', strange('not ASCII'), 4],
    ['AA\u{2003}=', strange('not ASCII'), 2],
  ])('%j: %s, at %i', (text, problem, position) => {
    expect(decode(text)).toBe(`${problem} @${position}`)
    expect(decode(...text)).toBe(`${problem} @${position}`)
  })

  test('any of the other characters, wherever it stands', () => {
    for (let code = 0; code < 256; code++) {
      const character = String.fromCharCode(code)
      if (/[A-Za-z0-9+/= ]/.test(character)) continue
      for (const place of [0, 1, 2, 3, 4, 47]) {
        const text = `${'A'.repeat(place)}${character}${'A'.repeat(47 - place)}`
        expect(decode(text), `0x${code.toString(16)}`).toMatch(new RegExp(`^a character outside .* @${place}$`))
      }
    }
  })

  test('a character in a late block, at its place', () => {
    const text = `${'A '.repeat(50_000)}${'A'.repeat(50_000)}!${'A'.repeat(100_000)}`
    expect(decode(...cut(text, [7, 70_000, 130_001]))).toBe(`${strange('"!"')} @150000`)
  })

  test('a character after a block that ended inside a group', () => {
    for (const spaces of [1, 2, 3, 4]) {
      const first = `${' '.repeat(spaces)}${'A'.repeat(65_536 - spaces)}`
      expect(decode(first, 'A'.repeat(65_536), 'A!')).toBe(`${strange('"!"')} @131073`)
    }
  })

  test('the same when blocks end around the padding', () => {
    const block = 65_536
    for (const [tail, problem, position] of [
      ['=A', after, 1],
      ['==', pads, 1],
      ['=\n', after, 1],
      [' =  !', after, 4],
      ['= AAAA', after, 2],
    ] as const) {
      for (const before of [-3, -2, -1, 0, 1, 2, 3]) {
        const text = `${' '.repeat(2 * block + before - 3)}AAA${tail}${' '.repeat(block)}`
        for (const size of [1_000, block, 3 * block]) {
          const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
            text.slice(i * size, (i + 1) * size),
          )
          expect(decode(...pieces)).toBe(`${problem} @${2 * block + before + position}`)
        }
      }
    }
  })

  test('just what the standard says', () => {
    const unit = fc.constantFrom('A', 'Q', 'g', 'w', '/', '+', '=', '=', ' ', '-', '\n')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 14 }), cuts, (text, places) => {
        const result = decode(...cut(text, places))
        expect(typeof result === 'string' ? undefined : result).toEqual(reference(text))
        expect(result).toEqual(decode(text))
      }),
      { numRuns: 3_000 },
    )
  })
})

test('bytes are one character each', () => {
  const bytes = Uint8Array.from({ length: 258 }, (_, i) => i & 0xff).subarray(1, 257)
  expect([...latin1Text(bytes)].map((c) => c.charCodeAt(0))).toEqual([...bytes])
})
