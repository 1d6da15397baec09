import { z } from 'zod'
import { type LimitConfig, limitSettings, limitsOf } from './limit-settings.ts'
import { visibilities } from './model/records.ts'
import { origin, parseJson, url } from './setting-values.ts'
import { Secret } from './std/secret.ts'
import { accessProblems, accessSettings, identityKeys } from './storage-access.ts'
import { regionProblems, regionSettings, type StorageConfig, storagesOf } from './storage-regions.ts'
import { type TelemetryConfig, telemetryOf, telemetrySettings } from './telemetry-settings.ts'
import type { PolicyChanges } from './validation/policy.ts'
import { readPolicyChanges } from './validation/policy-changes.ts'

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)
const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

const policy = z
  .string()
  .max(20_000)
  .default('')
  .transform((text, context): PolicyChanges => {
    const { changes, problems } = readPolicyChanges(text)
    for (const message of problems) context.addIssue({ code: 'custom', message })
    return changes
  })
/** 32 bytes or more, as base64url. */
const key = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43,200}$/, 'must be 32 random bytes or more, as base64url')
  .transform((text) => new Secret(text))
/** A name, or an ARN. */
const secretName = z.string().min(1).max(2_048)
const sessionKeys = z
  .array(z.strictObject({ kid: z.string().regex(/^[\w-]{1,32}$/), secret: key }))
  .min(1)
  .max(5)
  .refine((ring) => new Set(ring.map(({ kid }) => kid)).size === ring.length, 'two keys have the same kid')

const settings = z
  .object({
    /** The address that clients use; every URL in a document is built from it. */
    DECKLE_PUBLIC_URL: origin,
    ...regionSettings,
    ...accessSettings,
    /** Sign tokens that say who this registry is: JSON, private RSA keys as JWKs. The first signs, all are published. */
    DECKLE_IDENTITY_KEYS: z.string().transform(parseJson).pipe(identityKeys).optional(),
    /** Where the front desk without an edge serves clients, on every address. */
    DECKLE_PORT: whole(1, 65_535).default(8_080),
    /** Where a service answers for its health; absent: nowhere. A validator answers the edge there, too. */
    DECKLE_HEALTH_PORT: whole(1, 65_535).optional(),
    /** The address on which it does; absent: every one. */
    DECKLE_HEALTH_HOST: z.string().min(1).max(255).optional(),
    /** Where the edge reaches the validators; absent: no package can have a check script. */
    DECKLE_VALIDATOR_URL: url.optional(),
    ...telemetrySettings,
    /** Whom a new package is visible to when its publisher does not say. */
    DECKLE_NEW_PACKAGES: z.enum(visibilities).default('private'),
    /** Demand a login for every read. */
    DECKLE_REQUIRE_LOGIN: flag.default(false),
    /** Largest body of one publish. Base64 makes a tarball a third larger. */
    DECKLE_MAX_PUBLISH_BYTES: whole(1_000, 500_000_000).default(100_000_000),
    ...limitSettings,
    /** How long a publish waits for the verdict; yarn 1 gives up after 30 s of silence. */
    DECKLE_PUBLISH_WAIT_MS: whole(0, 25_000).default(20_000),
    /** Life of a token that `npm login` makes. */
    DECKLE_LOGIN_TOKEN_DAYS: whole(1, 3_650).default(90),
    /** Signs sessions: JSON, `[{"kid","secret"}]`; the first signs, all verify. Absent: there are no sessions. */
    DECKLE_SESSION_KEYS: z.string().transform(parseJson).pipe(sessionKeys).optional(),
    /** Instead: the secret in Secrets Manager that holds them, newest first, and is changed without a deployment. */
    DECKLE_SESSION_KEYS_SECRET: secretName.optional(),
    /** How long, and for how many requests, a session is good. */
    DECKLE_SESSION_HOURS: whole(1, 168).default(10),
    DECKLE_SESSION_USES: whole(1, 1_000_000).default(1_000),
    /** Encrypts what the registry must be able to read again, such as secrets of second factors. */
    DECKLE_SECRET_KEY: key.optional(),
    /** Instead: the secret in Secrets Manager that holds it. */
    DECKLE_SECRET_KEY_SECRET: secretName.optional(),
    /** Whether every change demands a second factor of everybody, or of those who chose so. */
    DECKLE_SECOND_FACTOR: z.enum(['optional', 'writes']).default('optional'),
    /** Requests a minute, in one isolate, from one address without credentials, and of one account; 0: any number. */
    DECKLE_ANONYMOUS_PER_MINUTE: whole(0, 1_000_000).default(30_000),
    DECKLE_ACCOUNT_PER_MINUTE: whole(0, 1_000_000).default(60_000),
    /** Whether people may make their own accounts (`npm adduser`): all, those with an invitation, or nobody. */
    DECKLE_REGISTRATION: z.enum(['open', 'invited', 'closed']).default('closed'),
    /** What an account may do that somebody made for themselves. */
    DECKLE_NEW_USERS: z.enum(['publisher', 'reader']).default('publisher'),
    /** Who may take a name that belongs to no organisation. */
    DECKLE_FREE_NAMES: z.enum(['publishers', 'admins']).default('publishers'),
    /** Who may make an organisation; one whose scope has packages already is for administrators to make. */
    DECKLE_NEW_ORGS: z.enum(['publishers', 'admins']).default('admins'),
    /** Names that only administrators may take, such as `npm/admin,npm/@internal/*`. */
    DECKLE_RESERVED_NAMES: z
      .string()
      .max(10_000)
      .default('')
      .transform((text) => text.split(/[\s,]+/).filter((pattern) => pattern !== '')),
    /** Whether clients may log in through a page in a browser. */
    DECKLE_WEB_LOGIN: flag.default(true),
    /** Whether `CF-Connecting-IP` is true: on Cloudflare it is; reached directly, anybody can send one. */
    DECKLE_TRUST_ADDRESS: flag.default(false),
    /** How long single download events are kept; the daily counters stay. */
    DECKLE_EVENT_DAYS: whole(1, 3_650).default(90),
    /** What the validator makes of some codes instead of the default: `license_missing=error, readme_missing=off`. */
    DECKLE_POLICY: policy,
  })
  .superRefine((value, context) => {
    for (const [name, message] of accessProblems(value)) context.addIssue({ code: 'custom', path: [name], message })
  })
  .superRefine((value, context) => {
    for (const name of ['DECKLE_SESSION_KEYS', 'DECKLE_SECRET_KEY'] as const) {
      if (value[name] === undefined || value[`${name}_SECRET`] === undefined) continue
      const message = `cannot be set beside ${name}: say one place where it is`
      context.addIssue({ code: 'custom', path: [`${name}_SECRET`], message })
    }
  })
  .superRefine((value, context) => {
    const secretNames = [value.DECKLE_SESSION_KEYS_SECRET, value.DECKLE_SECRET_KEY_SECRET]
    for (const [name, message] of regionProblems({ ...value, secretNames })) {
      context.addIssue({ code: 'custom', path: [name], message })
    }
  })

export interface Config extends TelemetryConfig, LimitConfig {
  readonly publicUrl: string
  /** Of the home region: the only one that is written to. */
  readonly storage: StorageConfig
  /** Other regions that hold copies, in the order in which they are read from. */
  readonly replicas: readonly StorageConfig[]
  readonly newPackages: (typeof visibilities)[number]
  readonly requireLogin: boolean
  readonly maxPublishBytes: number
  readonly publishWaitMs: number
  readonly loginTokenDays: number
  readonly sessions: {
    readonly keys: readonly { readonly kid: string; readonly secret: Secret }[]
    /** Where they are kept instead. */
    readonly keysSecret?: string
    readonly hours: number
    readonly uses: number
  }
  readonly secretKey?: Secret
  readonly secretKeySecret?: string
  /** Sign tokens about this registry, for AWS. */
  readonly identityKeys?: z.output<typeof identityKeys>
  readonly secondFactor: 'optional' | 'writes'
  readonly traffic: { readonly anonymousPerMinute: number; readonly accountPerMinute: number }
  readonly registration: 'open' | 'invited' | 'closed'
  readonly newUsers: 'publisher' | 'reader'
  readonly freeNames: 'publishers' | 'admins'
  readonly newOrgs: 'publishers' | 'admins'
  /** `<format>/<name>`, or `<format>/<beginning>*`. */
  readonly reservedNames: readonly string[]
  readonly webLogin: boolean
  readonly trustAddress: boolean
  readonly eventDays: number
  readonly port: number
  readonly healthPort?: number
  readonly healthHost?: string
  readonly validatorUrl?: string
  readonly policy: PolicyChanges
}

/** A setting is missing or wrong; the message names every one of them. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(
      problems.length === 1
        ? `Deckle cannot start. ${problems[0]}.`
        : `Deckle cannot start with these settings:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    )
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * Reads all settings, once per process or isolate. Unknown names are ignored: an environment has many.
 * @throws ConfigError naming every bad setting
 */
export function parseConfig(raw: Readonly<Record<string, unknown>>): Config {
  const parsed = settings.safeParse(raw)
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`))
  }
  const value = parsed.data
  const [storage, ...replicas] = storagesOf(value)
  return Object.freeze({
    publicUrl: value.DECKLE_PUBLIC_URL,
    storage,
    replicas,
    newPackages: value.DECKLE_NEW_PACKAGES,
    requireLogin: value.DECKLE_REQUIRE_LOGIN,
    maxPublishBytes: value.DECKLE_MAX_PUBLISH_BYTES,
    ...limitsOf(value),
    publishWaitMs: value.DECKLE_PUBLISH_WAIT_MS,
    loginTokenDays: value.DECKLE_LOGIN_TOKEN_DAYS,
    sessions: {
      keys: value.DECKLE_SESSION_KEYS ?? [],
      ...(value.DECKLE_SESSION_KEYS_SECRET === undefined ? {} : { keysSecret: value.DECKLE_SESSION_KEYS_SECRET }),
      hours: value.DECKLE_SESSION_HOURS,
      uses: value.DECKLE_SESSION_USES,
    },
    ...(value.DECKLE_SECRET_KEY === undefined ? {} : { secretKey: value.DECKLE_SECRET_KEY }),
    ...(value.DECKLE_SECRET_KEY_SECRET === undefined ? {} : { secretKeySecret: value.DECKLE_SECRET_KEY_SECRET }),
    ...(value.DECKLE_IDENTITY_KEYS === undefined ? {} : { identityKeys: value.DECKLE_IDENTITY_KEYS }),
    secondFactor: value.DECKLE_SECOND_FACTOR,
    traffic: {
      anonymousPerMinute: value.DECKLE_ANONYMOUS_PER_MINUTE,
      accountPerMinute: value.DECKLE_ACCOUNT_PER_MINUTE,
    },
    registration: value.DECKLE_REGISTRATION,
    newUsers: value.DECKLE_NEW_USERS,
    freeNames: value.DECKLE_FREE_NAMES,
    newOrgs: value.DECKLE_NEW_ORGS,
    reservedNames: value.DECKLE_RESERVED_NAMES,
    webLogin: value.DECKLE_WEB_LOGIN,
    trustAddress: value.DECKLE_TRUST_ADDRESS,
    eventDays: value.DECKLE_EVENT_DAYS,
    port: value.DECKLE_PORT,
    ...(value.DECKLE_HEALTH_PORT === undefined ? {} : { healthPort: value.DECKLE_HEALTH_PORT }),
    ...(value.DECKLE_HEALTH_HOST === undefined ? {} : { healthHost: value.DECKLE_HEALTH_HOST }),
    ...(value.DECKLE_VALIDATOR_URL === undefined ? {} : { validatorUrl: value.DECKLE_VALIDATOR_URL }),
    ...telemetryOf(value),
    policy: value.DECKLE_POLICY,
  })
}
