/** What Node has of WebAssembly and its types leave out. @see https://webassembly.github.io/spec/js-api/#memories */
declare namespace WebAssembly {
  class Memory {
    /** In pages of 64 KiB. */
    constructor(size: { readonly initial: number; readonly maximum: number })
  }
}
