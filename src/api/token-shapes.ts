import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AppEnv } from '../http/env.ts'
import { printable } from '../http/printable.ts'
import { type Token, tokenKinds } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import { powers, type TokenLimits } from '../model/token-limits.ts'
import { orgName } from '../registry/org-name.ts'
import type { AskedToken } from '../registry/own-tokens.ts'
import { canonicalRange } from '../std/address-range.ts'
import { formatOf } from './package-params.ts'

const patternText = '`<format>/<name>`, `<format>/<beginning>*`, or `org/<organisation>` for all that it owns'

export const limitsSchema = z
  .object({
    power: z.enum(powers),
    packages: z
      .array(z.string())
      .readonly()
      .optional()
      .openapi({ description: `${patternText}. Absent: all.` }),
    manages: z.array(z.string()).readonly().optional().openapi({ description: 'Organisations that it may change.' }),
    addresses: z
      .array(z.string())
      .readonly()
      .optional()
      .openapi({ description: 'Where it may be used from, as CIDR.' }),
    uses: z.int().optional(),
  })
  .openapi('TokenLimits')

export const tokenSchema = z
  .object({
    id: z.string(),
    kind: z.enum(tokenKinds),
    name: z.string(),
    note: z.string().optional(),
    limits: limitsSchema.optional().openapi({ description: 'Absent: may do what its owner may.' }),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().optional(),
    lastUsed: z.object({ day: z.string(), addressPrefix: z.string().optional() }).optional(),
  })
  .openapi('Token')

const list = (longest: number) => z.array(z.string().min(1).max(longest)).min(1).max(100)

export const newTokenSchema = z
  .strictObject({
    password: z.string().min(1).max(1_000).openapi({ description: 'So that a stolen token cannot make others.' }),
    name: z.string().min(1).max(100),
    note: z.string().max(300).optional(),
    kind: z.enum(['read', 'publish', 'automation', 'admin']).openapi({
      description:
        '`read`: reads. `publish`: also publishes and tags. `automation`: as `publish`, never asked for a second factor. `admin`: all that its owner may.',
    }),
    packages: list(300)
      .optional()
      .openapi({ description: `${patternText}. Absent: all.`, example: ['npm/@acme/*'] }),
    manages: list(80).optional().openapi({ description: 'Organisations that it may change. Absent: none.' }),
    addresses: list(60)
      .optional()
      .openapi({ description: 'CIDR ranges.', example: ['10.0.0.0/8'] }),
    expiresInDays: z.int().min(1).max(3_650).optional().openapi({ description: 'Absent: as long as a login.' }),
  })
  .openapi('NewToken')

const powerOf = { read: 'read', publish: 'write', automation: 'write', admin: 'manage' } as const

/** The token that a body asks for; what cannot be enforced is refused. @throws Refusal `body_invalid`, `token_field_unsupported` */
export function askedToken(c: Context<AppEnv>, asked: z.infer<typeof newTokenSchema>): AskedToken {
  const { password, name, note, kind, packages, manages, addresses, expiresInDays } = asked
  if (addresses !== undefined && !c.var.registry.config.trustAddress) {
    throw refuse('token_field_unsupported', { field: 'addresses' })
  }
  const isLimited = kind !== 'admin' || packages !== undefined || manages !== undefined || addresses !== undefined
  const limits: TokenLimits = {
    power: powerOf[kind],
    ...(packages === undefined ? {} : { packages: packages.map((text) => pattern(c, text)) }),
    ...(manages === undefined ? {} : { manages: manages.map(orgName) }),
    ...(addresses === undefined ? {} : { addresses: addresses.map(range) }),
  }
  return {
    password,
    name: printable(name),
    kind,
    ...(note === undefined ? {} : { note: printable(note) }),
    ...(isLimited ? { limits } : {}),
    ...(expiresInDays === undefined ? {} : { lifetimeDays: expiresInDays }),
  }
}

/** What is shown of a token: never its secret. */
export function shownToken(token: Token): z.infer<typeof tokenSchema> {
  const { tokenId, kind, description, note, limits, createdAt, expiresAt, lastUsed } = token
  return {
    id: tokenId,
    kind,
    name: description,
    createdAt,
    ...(note === undefined ? {} : { note }),
    ...(limits === undefined ? {} : { limits }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(lastUsed === undefined ? {} : { lastUsed }),
  }
}

/** A pattern that could match something: one that is mistyped would be a token for nothing, found out too late. */
function pattern(c: Context<AppEnv>, text: string): string {
  const slash = text.indexOf('/')
  const [kind, name] = [text.slice(0, slash), text.slice(slash + 1)]
  if (kind === 'org') return `org/${orgName(name)}`
  const format = formatOf(kind)
  if (format === undefined) throw refuse('body_invalid', { problem: `"${printable(text)}" in packages is no pattern` })
  if (/^[a-z0-9@~][a-z0-9@~._/-]*\*$/.test(name)) return text
  return `${format}/${c.var.registry.formats[format].packageName(name)}`
}

function range(text: string): string {
  const canonical = canonicalRange(text)
  if (canonical === undefined)
    throw refuse('body_invalid', { problem: `"${printable(text)}" in addresses is no range` })
  return canonical
}
