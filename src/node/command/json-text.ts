/** What a text of JSON says; undefined for any other text: a schema decides next. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
