/** As much of somebody's text as a sentence can show: no control characters, no direction marks. */
export function shown(text: string): string {
  return text.replace(/\p{C}/gu, '').slice(0, 80)
}
