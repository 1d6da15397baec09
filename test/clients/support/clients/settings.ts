import type { Access, PublishOptions } from '../client.ts'
import type { Row } from '../rows.ts'

/** The line of an `.npmrc` that holds the token for a registry. */
export function authLine({ registry, token }: Access): readonly string[] {
  return token === undefined ? [] : [`${registry.replace(/^https?:/, '')}:_authToken=${token}`]
}

/** The options that all clients call alike. */
export function publishOptions(options: PublishOptions): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
}

/** The address that clients show for a second factor that is shown on a page. */
export const factorPage = /https?:\/\/\S+\/-\/second\/\w{22}/

/** The same reason for some rows. */
export function because<R extends Row>(reason: string, ...rows: readonly R[]): Readonly<Record<R, string>> {
  return Object.fromEntries(rows.map((row) => [row, reason])) as Readonly<Record<R, string>>
}
