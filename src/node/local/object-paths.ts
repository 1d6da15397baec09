import { createHash } from 'node:crypto'

/** Object files begin with it, and folders never do, so that `a` and `a/b` can both be keys. */
const fileMark = '='
/** Between a name that was cut and its digest. */
const cutMark = '%%'
const maxNameLength = 180

/**
 * A segment of a key as a name that every file system keeps apart from every other: capitals, and all but a few
 * characters, are percent-encoded. A long name is cut, and ends in the digest of the segment.
 */
function nameOf(segment: string): string {
  const characters = [...Buffer.from(segment)].map((byte) => {
    const character = String.fromCharCode(byte)
    return /[a-z0-9@+~_.-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`
  })
  // `.` and `..` are names of folders, and the empty name is none.
  const name = characters.join('').replace(/^\.+$/, (dots) => '%2e'.repeat(dots.length)) || '%'
  if (name.length <= maxNameLength) return name
  const digest = createHash('sha256').update(segment).digest('hex').slice(0, 32)
  return `${name.slice(0, maxNameLength - digest.length)}${cutMark}${digest}`
}

/** Path of a key's file, under the folder of its bucket. */
export function pathOfKey(key: string): string {
  const names = key.split('/').map(nameOf)
  const last = names.pop() ?? ''
  return [...names, `${fileMark}${last}`].join('/')
}

/** The folder that holds every key with the prefix: that of its whole segments. */
export function folderOfPrefix(prefix: string): string {
  return prefix.split('/').slice(0, -1).map(nameOf).join('/')
}

export function isObjectFile(name: string): boolean {
  return name.startsWith(fileMark)
}

/** Undoes `pathOfKey`. `undefined` if a name in it was cut: then only the file itself knows its key. */
export function keyOfPath(path: string): string | undefined {
  if (path.includes(cutMark)) return undefined
  const names = path.split('/')
  const last = names.pop() ?? ''
  return [...names, last.slice(fileMark.length)].map((name) => (name === '%' ? '' : decodeURIComponent(name))).join('/')
}
