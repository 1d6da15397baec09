import type { Username } from '../model/ids.ts'
import { digestHex } from '../std/digest.ts'
import type { Platform } from '../std/platform.ts'

const count = 10
const groups = 4
const groupLength = 4
/** Letters and digits that cannot be mixed up; 32, so that each byte gives five whole bits. */
const signs = 'abcdefghijkmnpqrstuvwxyz23456789'

/** New codes for whoever loses the second factor, 80 bits each, as they are shown once. */
export function newRecoveryCodes(platform: Pick<Platform, 'randomBytes'>): readonly string[] {
  return Array.from({ length: count }, () => {
    const letters = Array.from(platform.randomBytes(groups * groupLength), (byte) => signs.charAt(byte % signs.length))
    return Array.from({ length: groups }, (_, index) =>
      letters.slice(index * groupLength, (index + 1) * groupLength).join(''),
    ).join('-')
  })
}

/** What is stored of a code: it is random enough that a plain digest cannot be guessed back. */
export function recoveryDigest(owner: Username, code: string): string {
  return digestHex('sha256', `${owner}/${code.toLowerCase().replaceAll('-', '')}`)
}
