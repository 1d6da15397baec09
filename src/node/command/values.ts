import { InvalidArgumentError } from 'commander'

/** A number of things that an option takes. */
export function parseCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Use a number from 1 to 999999.')
}

const unitBytes: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 }

/** A size that an option takes, as `formatBytes` writes it or without a unit, in bytes: `0`, `500GB`, `1.5 TB`. */
export function parseSize(text: string): number {
  const [, number = '', unit = 'b'] = /^(\d{1,15}(?:\.\d{1,3})?) ?([kmgt]?b)?$/i.exec(text) ?? []
  const bytes = Number(number || Number.NaN) * (unitBytes[unit.toLowerCase()] ?? Number.NaN)
  if (Number.isSafeInteger(Math.round(bytes)) && Math.round(bytes) >= 0) return Math.round(bytes)
  throw new InvalidArgumentError('Use a size such as 500GB, 1.5TB, or a number of bytes.')
}
