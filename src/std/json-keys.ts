/** What two JSON readers could understand differently: a key that stands twice with different values, or `__proto__`. */
export interface DoubtfulKey {
  /** The keys from the top down to this one; an array's index does not count. */
  readonly path: readonly string[]
  readonly kind: 'repeated' | 'prototype'
}

/** How deep a JSON text nests, without parsing it: an engine's own recursion must not be what finds out. */
export function jsonDepth(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at)
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth)
    else if (character === '}' || character === ']') depth -= 1
  }
  return deepest
}

interface Frame {
  /** Raw values by key; absent for an array. */
  readonly values?: Map<string, string>
  /** Where the current value begins. */
  start: number
  /** The current key; absent until it was read. */
  key?: string
}

/**
 * Finds every doubtful key of a text that `JSON.parse` accepts and `jsonDepth` has bounded. The same value twice is no
 * doubt: people repeat themselves. O(length of the text).
 */
export function doubtfulKeys(text: string): readonly DoubtfulKey[] {
  const found: DoubtfulKey[] = []
  const frames: Frame[] = []
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    const frame = frames.at(-1)
    if (character === '"') {
      const end = endOfString(text, at)
      if (frame?.values !== undefined && frame.key === undefined)
        frame.key = String(JSON.parse(text.slice(at, end + 1)))
      at = end
    } else if (character === '{' || character === '[') {
      frames.push(character === '{' ? { values: new Map(), start: at + 1 } : { start: at + 1 })
    } else if (character === ':' && frame !== undefined) {
      frame.start = at + 1
    } else if (character === ',' || character === '}' || character === ']') {
      closeValue(text, at, frames, found)
      if (character !== ',') frames.pop()
    }
  }
  return found
}

function closeValue(text: string, end: number, frames: readonly Frame[], found: DoubtfulKey[]): void {
  const frame = frames.at(-1)
  if (frame?.values === undefined || frame.key === undefined) return
  const { key, values } = frame
  const value = text.slice(frame.start, end).trim()
  const before = values.get(key)
  const path = () => frames.flatMap((each) => each.key ?? [])
  if (key === '__proto__') found.push({ path: path(), kind: 'prototype' })
  else if (before !== undefined && before !== value) found.push({ path: path(), kind: 'repeated' })
  values.set(key, value)
  delete frame.key
}

/** The place of the closing quote, or the end of the text. */
function endOfString(text: string, open: number): number {
  let at = open + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
