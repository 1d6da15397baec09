import { createHash } from 'node:crypto'

/** As `dist.integrity` has it. */
export function sha512Of(bytes: ArrayBuffer): string {
  return `sha512-${createHash('sha512').update(new Uint8Array(bytes)).digest('base64')}`
}
