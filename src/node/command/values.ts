import { InvalidArgumentError } from 'commander'

/** A number of things that an option takes. */
export function parseCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Use a number from 1 to 999999.')
}
