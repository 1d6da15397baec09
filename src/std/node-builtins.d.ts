/**
 * The few Node built-ins that edge code may use, because workerd has them natively and the web platform does not:
 * incremental hashes, brotli, fast base64. Everything else of Node is unknown to the compiler here, on purpose.
 */
declare module 'node:crypto' {
  interface Hash {
    update(data: Uint8Array | string): Hash
    digest(encoding: 'hex' | 'base64'): string
  }
  export function createHash(algorithm: 'sha1' | 'sha256' | 'sha512'): Hash
  export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean
  export function scryptSync(
    password: string,
    salt: Uint8Array,
    keylen: number,
    options: { N: number; r: number; p: number; maxmem: number },
  ): Uint8Array
}

declare module 'node:zlib' {
  export const constants: {
    readonly BROTLI_PARAM_QUALITY: number
    readonly BROTLI_PARAM_SIZE_HINT: number
    readonly ZSTD_d_windowLogMax: number
  }
  export function gzipSync(data: Uint8Array, options?: { level?: number }): Uint8Array<ArrayBuffer>
  export function gunzipSync(data: Uint8Array, options?: { maxOutputLength?: number }): Uint8Array<ArrayBuffer>
  export function brotliCompressSync(
    data: Uint8Array,
    options?: { params?: Record<number, number> },
  ): Uint8Array<ArrayBuffer>
  export function brotliDecompressSync(data: Uint8Array): Uint8Array<ArrayBuffer>
  export function crc32(data: Uint8Array, value?: number): number
  interface DecoderStream extends AsyncIterable<Uint8Array> {
    /** Bytes of the input that were decompressed. */
    readonly bytesWritten: number
    write(chunk: Uint8Array, done: () => void): boolean
    end(): void
    destroy(error?: Error): void
  }
  export function createInflateRaw(options: { chunkSize: number }): DecoderStream
  export function createZstdDecompress(options: { chunkSize: number; params: Record<number, number> }): DecoderStream
}

declare module 'node:buffer' {
  interface NativeBuffer extends Uint8Array<ArrayBuffer> {
    toString(encoding?: 'base64' | 'latin1' | 'hex'): string
  }
  export const Buffer: {
    from(text: string, encoding: 'base64' | 'latin1' | 'hex'): NativeBuffer
    from(data: ArrayBufferLike, byteOffset: number, length: number): NativeBuffer
  }
}
