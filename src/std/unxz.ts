import xz from 'xz-decompress'
import { DecodeError } from './decoding.ts'

/** What the decoder can hold of what it has unpacked: 64 MiB, the dictionary of `xz -9`. */
export const longestXzDictionaryBytes = 64 * 1024 * 1024

/** @see `enum xz_ret` of XZ Embedded, include/linux/xz.h */
const errors: ReadonlyMap<string, DecodeError['kind']> = new Map([
  ['2', 'unsupported'],
  ['4', 'too_much_memory'],
  ['5', 'followed'],
  ['6', 'unsupported'],
  ['7', 'invalid'],
  ['8', 'truncated'],
])

/**
 * Decompresses xz streams, one behind another, to the end of the input, and proves that nothing else is there. Holds
 * the dictionary, at most 64 MiB. All decoders of a process take turns: the next one begins when the one before ends.
 * The output throws `DecodeError`, or what `next` throws.
 * @param next gives the next bytes of the input, which must begin with a stream; undefined at its end
 * @see https://tukaani.org/xz/xz-file-format.txt
 */
export async function* unxz(next: () => Promise<Uint8Array | undefined>): AsyncGenerator<Uint8Array> {
  let failure: { readonly error: unknown } | undefined
  const input = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const chunk = await next()
          if (chunk === undefined) controller.close()
          else controller.enqueue(chunk)
        } catch (error) {
          failure = { error }
          throw error
        }
      },
    },
    { highWaterMark: 0 },
  )
  try {
    for await (const chunk of new xz.XzReadableStream(input)) if (chunk.length > 0) yield chunk
  } catch (error) {
    if (failure !== undefined) throw failure.error
    const code = error instanceof Error ? /error code (\d+)$/.exec(error.message)?.[1] : undefined
    const kind = errors.get(code ?? '')
    throw kind === undefined ? error : new DecodeError(kind, error)
  }
}
