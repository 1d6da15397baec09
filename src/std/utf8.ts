const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** What bytes say in UTF-8, without a byte order mark; undefined when they are something else. */
export function utf8Text(bytes: ArrayBuffer | Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
