const quote = 0x22
const openObject = 0x7b

const tarballSuffix = '.tgz'

/** An object or array that is open, and what it is to us. Keys are looked at in the first three only. */
export interface Container {
  readonly role: 'body' | 'attachments' | 'tarball' | 'object' | 'array'
  /** The keys so far, decoded, where they are looked at. */
  readonly keys: Set<string> | undefined
  /** The key whose value is being read, where keys are looked at. */
  key: string
}

export function container(parent: Container | undefined, isArray: boolean): Container {
  const role = isArray ? 'array' : roleOfObject(parent)
  return { role, keys: role === 'object' || role === 'array' ? undefined : new Set(), key: '' }
}

function roleOfObject(parent: Container | undefined): Container['role'] {
  if (parent === undefined) return 'body'
  if (isAttachments(parent)) return 'attachments'
  return parent.role === 'attachments' && isTarballName(parent.key) ? 'tarball' : 'object'
}

export function isTarballName(key: string): boolean {
  return key.endsWith(tarballSuffix)
}

/** The next value in this container is the tarball's base64. */
export function isTarballData(parent: Container | undefined): boolean {
  return parent?.role === 'tarball' && parent.key === 'data'
}

function isAttachments(parent: Container): boolean {
  return parent.role === 'body' && parent.key === '_attachments'
}

/** @returns what should be in the place of a value that begins with `byte`, when that value cannot be there */
export function expectedInstead(parent: Container | undefined, byte: number): string | undefined {
  if (isTarballData(parent)) return byte === quote ? undefined : 'the data of the tarball to be a string'
  if (byte === openObject) return undefined
  if (parent === undefined) return 'a JSON object'
  if (isAttachments(parent)) return '"_attachments" to be an object'
  return parent.role === 'attachments' ? `the attachment "${parent.key.slice(0, 120)}" to be an object` : undefined
}
