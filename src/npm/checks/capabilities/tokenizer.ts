/** `word`: a name, keyword or number. `text`: a whole string without `${}`, unquoted. `mark`: any other character. */
export type TokenKind = 'word' | 'text' | 'mark'
/** @param text of the vocabulary, or a mark; for all other words and texts `unknown` */
export type OnToken = (kind: TokenKind, text: string) => void

/** Stands for every word and text that is not in the vocabulary. */
export const unknown = '?'

/** Template literals inside of one another; what is deeper is taken for text. */
const deepestTemplates = 64

const newline = 10
const [dollar, quote, apostrophe, backtick] = [0x24, 0x22, 0x27, 0x60]
const [slash, star, backslash] = [0x2f, 0x2a, 0x5c]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]

/** Letters, digits, `_`, `$` and everything outside of ASCII. */
const isWordByte = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 128 || /[\w$]/.test(String.fromCharCode(byte)) ? 1 : 0,
)
const marks = Array.from({ length: 128 }, (_, byte) => String.fromCharCode(byte))

/** After these a `/` begins a regular expression; after other words, and after what ends a value, it divides. */
const wordsBeforeRegExp = new Set(
  'return typeof case in of do else void delete throw new instanceof await yield'.split(' '),
)
const marksAfterValue = new Set([')', ']', '}'])

type State = 'code' | 'word' | 'slash' | 'line' | 'block' | 'blockStar' | 'text' | 'template' | 'dollar' | 'regExp'

/** Words and texts that are to be told apart, by the hash of their bytes. */
export type Vocabulary = ReadonlyMap<number, string>

/** @param words in ASCII */
export function vocabularyOf(words: Iterable<string>): Vocabulary {
  const hashOf = (word: string) => [...word].reduce((hash, letter) => hashWith(hash, letter.charCodeAt(0)), 0)
  return new Map([...words, ...wordsBeforeRegExp].map((word) => [hashOf(word), word]))
}

function hashWith(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0
}

/**
 * Cuts JavaScript and TypeScript into words, texts and marks, and leaves comments and regular expressions out. Takes
 * chunks that are cut anywhere. No parser: where only one could tell a division from a regular expression it may be
 * wrong up to the end of the line. Makes no text of its own, for speed: words are known by a hash of their bytes.
 * Holds at most 64 numbers.
 */
export class Tokenizer {
  readonly #onToken: OnToken
  readonly #vocabulary: Vocabulary
  #state: State = 'code'
  /** Of the current word or text. */
  #hash = 0
  #length = 0
  #isEscaped = false
  /** What ends the current text. */
  #end = 0
  /** The current template had `${}`. */
  #isPieced = false
  #isInClass = false
  /** For each `${` that is open, how many braces are open inside. */
  readonly #templates: number[] = []
  #isAfterValue = false

  constructor(vocabulary: Vocabulary, onToken: OnToken) {
    this.#vocabulary = vocabulary
    this.#onToken = onToken
  }

  chunk(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#isEscaped) {
        this.#isEscaped = false
        this.#append(bytes[at] ?? 0)
        at += 1
      } else at = this.#step(bytes, at)
    }
  }

  end(): void {
    if (this.#state === 'word') this.#emit('word', this.#take())
  }

  /** Takes at least one byte, or changes the state. */
  #step(bytes: Uint8Array, at: number): number {
    const byte = bytes[at] ?? 0
    switch (this.#state) {
      case 'code':
        return this.#code(bytes, at)
      case 'word':
        return this.#word(bytes, at)
      case 'text':
        return this.#text(bytes, at)
      case 'slash':
        return this.#slash(byte, at)
      case 'line':
        return this.#skipTo(newline, 'code', bytes, at)
      case 'block':
        return this.#skipTo(star, 'blockStar', bytes, at)
      case 'blockStar':
        if (byte === slash) this.#state = 'code'
        else if (byte !== star) this.#state = 'block'
        return at + 1
      case 'template':
        return this.#template(byte, at)
      case 'dollar':
        return this.#dollar(byte, at)
      case 'regExp':
        return this.#regExp(byte, at)
    }
  }

  #code(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0
      if (isWordByte[byte] === 1) {
        this.#begin('word')
        return this.#word(bytes, at)
      }
      if (byte === slash) this.#state = 'slash'
      else if (byte === quote || byte === apostrophe) {
        this.#begin('text')
        this.#end = byte
      } else if (byte === backtick) {
        this.#begin('template')
        this.#isPieced = false
      } else if (byte > 32) this.#mark(byte)
      if (this.#state !== 'code') return at + 1
    }
    return bytes.length
  }

  #mark(byte: number): void {
    const open = this.#templates.at(-1)
    if (open !== undefined && byte === closeBrace && open === 0) {
      this.#templates.pop()
      this.#begin('template')
      this.#isPieced = true
      return
    }
    if (open !== undefined && (byte === openBrace || byte === closeBrace)) {
      this.#templates[this.#templates.length - 1] = open + (byte === openBrace ? 1 : -1)
    }
    this.#emit('mark', marks[byte] ?? unknown)
  }

  #word(bytes: Uint8Array, start: number): number {
    let at = start
    while (at < bytes.length && isWordByte[bytes[at] ?? 0] === 1) {
      this.#append(bytes[at] ?? 0)
      at += 1
    }
    if (at < bytes.length) {
      this.#state = 'code'
      this.#emit('word', this.#take())
    }
    return at
  }

  #slash(byte: number, at: number): number {
    if (byte === slash || byte === star) {
      this.#state = byte === slash ? 'line' : 'block'
      return at + 1
    }
    this.#state = this.#isAfterValue ? 'code' : 'regExp'
    this.#isInClass = false
    if (this.#isAfterValue) this.#emit('mark', '/')
    return at
  }

  #skipTo(byte: number, state: State, bytes: Uint8Array, at: number): number {
    const found = bytes.indexOf(byte, at)
    if (found === -1) return bytes.length
    this.#state = state
    return found + 1
  }

  #text(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0
      if (byte === this.#end || byte === newline) {
        this.#state = 'code'
        if (byte === this.#end) this.#emit('text', this.#take())
        return at + 1
      }
      this.#isEscaped = byte === backslash
      if (this.#isEscaped) return at + 1
      this.#append(byte)
    }
    return bytes.length
  }

  #template(byte: number, at: number): number {
    if (byte === backtick) {
      this.#state = 'code'
      if (this.#isPieced) this.#emit('text', unknown)
      else this.#emit('text', this.#take())
    } else if (byte === dollar && this.#templates.length < deepestTemplates) this.#state = 'dollar'
    else if (byte === backslash) this.#isEscaped = true
    else this.#append(byte)
    return at + 1
  }

  #dollar(byte: number, at: number): number {
    this.#state = 'template'
    if (byte !== openBrace) {
      this.#append(dollar)
      return at
    }
    this.#state = 'code'
    this.#templates.push(0)
    this.#emit('mark', '{')
    return at + 1
  }

  #regExp(byte: number, at: number): number {
    if (byte === backslash) this.#isEscaped = true
    else if (byte === openBracket) this.#isInClass = true
    else if (byte === closeBracket) this.#isInClass = false
    else if (byte === newline || (byte === slash && !this.#isInClass)) {
      this.#state = 'code'
      this.#emit('text', unknown)
    }
    return at + 1
  }

  #begin(state: State): void {
    this.#state = state
    this.#hash = 0
    this.#length = 0
  }

  #append(byte: number): void {
    this.#hash = hashWith(this.#hash, byte)
    this.#length += 1
  }

  #take(): string {
    const word = this.#vocabulary.get(this.#hash)
    return word !== undefined && word.length === this.#length ? word : unknown
  }

  #emit(kind: TokenKind, text: string): void {
    this.#isAfterValue = kind === 'text' || (kind === 'word' ? !wordsBeforeRegExp.has(text) : marksAfterValue.has(text))
    this.#onToken(kind, text)
  }
}
