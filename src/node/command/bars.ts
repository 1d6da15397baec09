/** Eighths of a block, from none to seven. */
const parts = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

/** A bar as long as its value is of the largest one; whatever is more than nothing is seen. */
export function bar(value: number, largest: number, width: number): string {
  if (value <= 0 || largest <= 0) return ''
  const eighths = Math.max(1, Math.round((value / largest) * width * 8))
  return '█'.repeat(Math.floor(eighths / 8)) + (parts[eighths % 8] ?? '')
}
