/** Its own types name an export that Node does not find: to Node, the package is one CommonJS object. */
declare module 'xz-decompress' {
  class XzReadableStream extends ReadableStream<Uint8Array> {
    constructor(compressed: ReadableStream<Uint8Array>)
  }
  const exported: { readonly XzReadableStream: typeof XzReadableStream }
  export default exported
}
