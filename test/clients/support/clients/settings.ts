import type { Access } from '../client.ts'
import type { Row } from '../rows.ts'

/** The line of an `.npmrc` that holds the token for a registry. */
export function authLine({ registry, token }: Access): readonly string[] {
  return token === undefined ? [] : [`${registry.replace(/^https?:/, '')}:_authToken=${token}`]
}

/** An option with its value, or nothing. */
export function option(flag: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [flag, value]
}

/** The same reason for some rows. */
export function because<R extends Row>(reason: string, ...rows: readonly R[]): Readonly<Record<R, string>> {
  return Object.fromEntries(rows.map((row) => [row, reason])) as Readonly<Record<R, string>>
}
