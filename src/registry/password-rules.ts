import { refuse } from '../model/refusals.ts'

export const leastPasswordLength = 12
const mostPasswordLength = 1_000
const leastDistinct = 5

/**
 * Length is what makes a password hard to guess (NIST SP 800-63B, 3.1.1.2), so there is no rule about kinds of
 * characters; only what its length hides: one character over and over, or the account's own name.
 * @throws Refusal `password_too_short`, `password_weak`
 */
export function requireGoodPassword(password: string, username: string, email?: string): void {
  const characters = [...password.normalize('NFKC')]
  if (characters.length < leastPasswordLength) throw refuse('password_too_short', { least: leastPasswordLength })
  if (characters.length > mostPasswordLength)
    throw refuse('password_weak', { problem: 'it is longer than 1,000 characters' })
  if (new Set(characters).size < leastDistinct) {
    throw refuse('password_weak', { problem: `it is made of fewer than ${leastDistinct} different characters` })
  }
  const plain = password.toLowerCase()
  if (plain === email?.toLowerCase() || plain.replaceAll(username, '').length < leastPasswordLength / 2) {
    throw refuse('password_weak', { problem: 'it is little more than the name of the account' })
  }
}
