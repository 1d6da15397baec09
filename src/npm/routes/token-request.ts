import { z } from 'zod'
import { printable } from '../../http/printable.ts'
import { refuse } from '../../model/refusals.ts'
import type { Power, TokenLimits } from '../../model/token-limits.ts'
import { orgName } from '../../registry/org-name.ts'
import type { AskedToken } from '../../registry/own-tokens.ts'
import { canonicalRange } from '../../std/address-range.ts'
import { packageName } from '../names.ts'

const permission = z.enum(['no-access', 'read-only', 'read-write', 'read-write-stage-only'])
const names = z.array(z.string().min(1).max(300)).max(100)

/**
 * What `npm token create` sends. Strict: a field that is not here would be a limit that is dropped.
 * @see npm lib/commands/token.js, and npm-profile `createToken` for the older form (`readonly`)
 */
export const newTokenBody = z.strictObject({
  password: z.string().min(1).max(1_000),
  name: z.string().max(100).nullish(),
  description: z.string().max(300).nullish(),
  readonly: z.boolean().nullish(),
  cidr_whitelist: z.array(z.string().max(60)).max(50).nullish(),
  packages: names.nullish(),
  packages_all: z.boolean().nullish(),
  scopes: names.nullish(),
  orgs: names.nullish(),
  packages_and_scopes_permission: permission.nullish(),
  orgs_permission: z.enum(['no-access', 'read-only', 'read-write']).nullish(),
  expires: z.number().int().min(1).max(3_650).nullish(),
  bypass_2fa: z.boolean().nullish(),
})
type NewTokenBody = z.infer<typeof newTokenBody>

/**
 * The token that a body asks for. What cannot be enforced is refused, never left out: nobody gets a stronger token
 * than the one they asked for.
 * @throws Refusal `body_invalid`, `token_field_unsupported`
 */
export function askedToken(body: NewTokenBody): AskedToken {
  requireSupported(body)
  const limits = limitsOf(body)
  return {
    password: body.password,
    name: printable(body.name ?? '') || 'npm token create',
    kind: kindOf(body),
    ...(body.description ? { note: printable(body.description) } : {}),
    ...(limits === undefined ? {} : { limits }),
    ...(body.expires == null ? {} : { lifetimeDays: body.expires }),
  }
}

function requireSupported(body: NewTokenBody): void {
  if (body.packages_and_scopes_permission === 'read-write-stage-only') {
    throw refuse('token_field_unsupported', { field: 'packages_and_scopes_permission: read-write-stage-only' })
  }
  if ((body.orgs ?? []).length > 0 && body.orgs_permission == null) {
    throw invalid('it names organisations, and does not say what it may do there: add --orgs-permission')
  }
}

function limitsOf(body: NewTokenBody): TokenLimits | undefined {
  const packages = packagesOf(body)
  const manages = body.orgs_permission === 'read-write' ? (body.orgs ?? []).map(orgName) : []
  const addresses = addressesOf(body)
  const power = powerOf(body)
  if (power === undefined && packages === undefined && addresses === undefined) return undefined
  return {
    power: power ?? 'manage',
    ...(packages === undefined ? {} : { packages }),
    ...(manages.length === 0 ? {} : { manages }),
    ...(addresses === undefined ? {} : { addresses }),
  }
}

/** Undefined: as much as its owner. */
function powerOf(body: NewTokenBody): Power | undefined {
  if (body.readonly === true) return 'read'
  if (isOldForm(body)) return undefined
  return body.packages_and_scopes_permission === 'read-write' ? 'write' : 'read'
}

function kindOf(body: NewTokenBody): AskedToken['kind'] {
  const power = powerOf(body)
  if (power === undefined) return 'admin'
  if (power === 'read') return 'read'
  return body.bypass_2fa === true ? 'automation' : 'publish'
}

/** npm up to 10 asks for everything but what `readonly` and the ranges take away. */
function isOldForm(body: NewTokenBody): boolean {
  return body.readonly != null
}

/** Patterns as limits have them; undefined for all packages. */
function packagesOf(body: NewTokenBody): readonly string[] | undefined {
  const { packages_all: all, packages_and_scopes_permission: may } = body
  const asked = [...(body.packages ?? []).map(packagePattern), ...(body.scopes ?? []).map(scopePattern)]
  if (may === 'no-access') return []
  if (asked.length > 0) {
    if (all === true) throw invalid('it names packages and asks for all of them; choose one')
    if (may == null && !isOldForm(body)) throw invalid(sayWhatItMay)
    return asked
  }
  if (isOldForm(body)) return undefined
  if (all !== true) throw invalid('it does not say for which packages: add --packages-all, --packages or --scopes')
  if (may == null) throw invalid(sayWhatItMay)
  return undefined
}

const sayWhatItMay =
  'it does not say what the token may do: add --packages-and-scopes-permission read-only, or read-write'

function packagePattern(text: string): string {
  return text.endsWith('/*') ? scopePattern(text.slice(0, -2)) : `npm/${packageName(text)}`
}

function scopePattern(text: string): string {
  const scope = text.replace(/^@/, '')
  // A name in the scope is as good as the scope
  packageName(`@${scope}/a`)
  return `npm/@${scope}/*`
}

function addressesOf(body: NewTokenBody): readonly string[] | undefined {
  const ranges = body.cidr_whitelist ?? []
  if (ranges.length === 0) return undefined
  return ranges.map((text) => {
    const range = canonicalRange(text)
    if (range === undefined) throw invalid(`"${printable(text)}" in cidr_whitelist is no range of addresses`)
    return range
  })
}

function invalid(problem: string) {
  return refuse('body_invalid', { problem })
}
