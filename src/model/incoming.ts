import type { JsonObject } from '../std/json.ts'
import type { Version } from './ids.ts'
import type { Visibility } from './records.ts'

/** What a protocol's request says about the file that it brought, once all of it was read. */
export interface Incoming {
  readonly version: Version
  readonly manifest: JsonObject
  readonly tags: readonly string[]
  /** Only asked of a package that does not exist yet. */
  readonly visibility?: Visibility
  /** Digests that the client sent, in hex; compared, never stored. */
  readonly digests: { readonly sha1?: string; readonly sha512?: string }
}
