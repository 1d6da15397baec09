const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** A size as people read it, in powers of 1000: `4.29 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${units[unit]}`
}

/** A span of time as people read it: `42 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`
  return `${Math.floor(whole / 3_600)} h ${pad(Math.floor((whole % 3_600) / 60))} min`
}

/** A moment as people read it, in UTC: `2026-11-25 01:20`. */
export function formatTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ')
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
