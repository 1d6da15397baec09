/** Digits that are read as letters. */
const letters: Readonly<Record<string, string>> = { 0: 'o', 1: 'l', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b' }

/**
 * What names that can be mistaken for one another have in common: case, separators and digits that look like letters
 * make no difference. A scope and its slash do.
 */
export function likenessOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[-_.~]/g, '')
    .replace(/[0134578]/g, (digit) => letters[digit] ?? digit)
}
