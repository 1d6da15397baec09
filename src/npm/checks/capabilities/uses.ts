import { Tokenizer, type TokenKind, unknown, vocabularyOf } from './tokenizer.ts'

/** What code can do that a reviewer wants to know of. Stored with each version: never rename one. */
export const capabilities = ['network', 'processes', 'dynamic_code', 'native_code'] as const
export type Capability = (typeof capabilities)[number]

const modules: Readonly<Record<string, Capability>> = {
  http: 'network',
  https: 'network',
  http2: 'network',
  net: 'network',
  tls: 'network',
  dgram: 'network',
  dns: 'network',
  'dns/promises': 'network',
  undici: 'network',
  child_process: 'processes',
  cluster: 'processes',
  vm: 'dynamic_code',
}
/** Called by their bare names, or as properties of the global object. */
const functions: Readonly<Record<string, Capability>> = {
  fetch: 'network',
  eval: 'dynamic_code',
  Function: 'dynamic_code',
}
const constructors: Readonly<Record<string, Capability>> = {
  WebSocket: 'network',
  XMLHttpRequest: 'network',
  EventSource: 'network',
  WebTransport: 'network',
}
const processMethods: Readonly<Record<string, Capability>> = {
  binding: 'native_code',
  _linkedBinding: 'native_code',
  dlopen: 'native_code',
}
const globalObjects = new Set(['globalThis', 'window', 'self', 'global'])
/** What loads a module by its name; the longer ones are made by bundlers. */
const loaders = new Set(
  'require import getBuiltinModule _require __require nodeRequire __non_webpack_require__'.split(' '),
)

/** Before a name with `(`, these leave open whether it is called or declared as a method. */
const beforeMethods = new Set(['', '{', '}', ';', ',', '*', 'async', 'static', 'get', 'set'])

const vocabulary = vocabularyOf([
  ...Object.keys(modules).flatMap((name) => [name, `node:${name}`]),
  ...[functions, constructors, processMethods].flatMap((group) => Object.keys(group)),
  ...[...globalObjects, ...loaders, ...beforeMethods],
  ...['from', 'new', 'process', 'function'],
])

interface Doubt {
  readonly capability: Capability
  /** Parentheses that are open around it. */
  readonly depth: number
  isClosed: boolean
}

/**
 * Finds uses in the text of one script, by its tokens: modules that are imported or required, and well-known globals.
 * What is put together at run time (`require('ht' + 'tp')`) is not found: this tells an honest reviewer what is new,
 * and stops nobody. Holds a few tokens.
 */
export class UseFinder {
  readonly #found: (capability: Capability) => void
  readonly #tokenizer = new Tokenizer(vocabulary, (kind, text) => this.#token(kind, text))
  #last = ''
  #secondLast = ''
  #depth = 0
  #doubt: Doubt | undefined

  constructor(found: (capability: Capability) => void) {
    this.#found = found
  }

  chunk(bytes: Uint8Array): void {
    this.#tokenizer.chunk(bytes)
  }

  end(): void {
    this.#tokenizer.end()
    if (this.#doubt?.isClosed) this.#found(this.#doubt.capability)
  }

  #token(kind: TokenKind, text: string): void {
    this.#resolveDoubt(text)
    if (kind === 'text') this.#text(text)
    else if (kind === 'word') this.#word(text)
    else this.#mark(text)
    this.#secondLast = this.#last
    // A text is never taken for a name
    this.#last = kind === 'text' ? unknown : text
  }

  #text(text: string): void {
    const isNamed = this.#last === 'from' || this.#last === 'import'
    const isAsked = this.#last === '(' && loaders.has(this.#secondLast)
    if (isNamed || isAsked) this.#use(modules, text.replace(/^node:/, ''))
  }

  #word(word: string): void {
    if (word === unknown) return
    if (this.#last === 'new') this.#use(constructors, word)
    else if (this.#last === '.' && this.#secondLast === 'process') this.#use(processMethods, word)
    else if (this.#last === '.' && globalObjects.has(this.#secondLast)) this.#use(functions, word)
  }

  #mark(mark: string): void {
    if (mark === '(') {
      this.#call()
      this.#depth += 1
    } else if (mark === ')') {
      this.#depth -= 1
      if (this.#doubt?.depth === this.#depth) this.#doubt.isClosed = true
    }
  }

  #call(): void {
    const [name, before] = [this.#last, this.#secondLast]
    if (!Object.hasOwn(functions, name) || before === '.' || before === 'function') return
    const capability = functions[name]
    if (capability === undefined) return
    if (!beforeMethods.has(before)) this.#found(capability)
    else this.#doubt ??= { capability, depth: this.#depth, isClosed: false }
  }

  /** A body, or the type of a result, follows a method: anything else follows a call. */
  #resolveDoubt(text: string): void {
    if (!this.#doubt?.isClosed) return
    if (text !== '{' && text !== ':') this.#found(this.#doubt.capability)
    this.#doubt = undefined
  }

  #use(known: Readonly<Record<string, Capability>>, name: string): void {
    const capability = Object.hasOwn(known, name) ? known[name] : undefined
    if (capability !== undefined) this.#found(capability)
  }
}
