import { mostScriptBytes } from '../model/check-script.ts'
import type { PackageRef } from '../model/ids.ts'
import { digestHex } from '../std/digest.ts'
import { checkScriptKey } from './keys.ts'
import type { S3 } from './s3.ts'

/** Texts of check scripts: immutable, each under the digest of its bytes. */
export class CheckScripts {
  readonly #s3: S3

  constructor(s3: S3) {
    this.#s3 = s3
  }

  async put(ref: PackageRef, digest: string, text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text)
    await this.#s3.put(checkScriptKey(ref, digest), bytes, { contentType: 'text/javascript' })
  }

  /** Throws when what is stored is not what its name says. */
  async get(ref: PackageRef, digest: string): Promise<string | undefined> {
    const stored = await this.#s3.getBytes(checkScriptKey(ref, digest), mostScriptBytes)
    if (stored === undefined) return undefined
    if (digestHex('sha256', stored.bytes) !== digest) throw new Error(`the check script ${digest} was changed`)
    return new TextDecoder().decode(stored.bytes)
  }
}
