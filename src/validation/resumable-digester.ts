import { createSHA1, createSHA256, createSHA512, type IHasher } from 'hash-wasm'
import type { SavedDigests } from '../model/records.ts'
import { base64ToBytes, bytesToBase64 } from '../std/base64.ts'
import type { Digester } from './digester.ts'

/** One whose state can be kept, so that another process goes on with it. */
export interface ResumableDigester extends Digester {
  /** Less than a kilobyte. Not after `hex`. */
  save(): SavedDigests
}

/**
 * In WebAssembly, since native hashes do not give their state away.
 * @param saved where to go on
 * @throws Error when that was not saved by this release of the library, or is damaged
 */
export async function createResumableDigester(saved?: SavedDigests): Promise<ResumableDigester> {
  const [sha1, sha256, sha512] = await Promise.all([createSHA1(), createSHA256(), createSHA512()])
  const all = { sha1, sha256, sha512 }
  if (saved !== undefined) for (const [name, hash] of Object.entries(all)) load(hash, saved.states[name] ?? '')
  let given = saved?.bytes ?? 0
  return {
    get bytes() {
      return given
    },
    update(bytes) {
      given += bytes.byteLength
      for (const hash of Object.values(all)) hash.update(bytes)
    },
    save: () => ({
      bytes: given,
      states: Object.fromEntries(Object.entries(all).map(([name, hash]) => [name, bytesToBase64(hash.save())])),
    }),
    hex: () => ({ sha1: sha1.digest(), sha256: sha256.digest(), sha512: sha512.digest() }),
  }
}

/** The library looks at the release that a state is of, and copies whatever follows into its memory. */
function load(hash: IHasher, text: string): void {
  const state = base64ToBytes(text)
  if (state.length !== hash.save().length) throw new Error(`a saved hash of ${state.length} bytes`)
  hash.load(state)
}
