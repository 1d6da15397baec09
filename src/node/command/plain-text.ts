/**
 * A text of somebody else, safe to show in a terminal: control and format characters are left out, for they could move
 * the cursor, hide text or turn it around. Line ends stay.
 */
export function plain(text: string): string {
  return text.replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, '')
}

/** The same in one line. */
export function plainLine(text: string): string {
  return plain(text).replace(/\s+/g, ' ').trim()
}
