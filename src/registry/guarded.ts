import type { Head } from '../model/records.ts'

/**
 * Whether each read of a package is decided afresh, and each download recorded before it is answered: it is sensitive,
 * or a script is asked before each download.
 */
export function isGuarded({ sensitive, checkScript }: Head): boolean {
  return sensitive !== undefined || checkScript?.moments.includes('download') === true
}
