import { z } from 'zod'
import { visibilities } from './model/records.ts'
import { isSameHost, parseOrigin } from './std/origin.ts'
import { Secret } from './std/secret.ts'
import { accessOf, accessProblems, accessSettings, identityKeys, type StorageAccess } from './storage-access.ts'
import type { PolicyChanges } from './validation/policy.ts'
import { readPolicyChanges } from './validation/policy-changes.ts'

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' })
    return z.NEVER
  }
}

const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
const origin = z.string().transform((text, context) => {
  const parsed = parseOrigin(text)
  if (parsed !== undefined) return parsed
  context.addIssue({
    code: 'custom',
    message: 'must be an address such as https://registry.example.com, without a path',
  })
  return z.NEVER
})
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
    /** The address of the storage in signed links, else the endpoint. Another host than the registry's, see below. */
    DECKLE_STORAGE_URL: origin.optional(),
    DECKLE_S3_ENDPOINT: url.optional(),
    DECKLE_DYNAMODB_ENDPOINT: url.optional(),
    DECKLE_SQS_ENDPOINT: url.optional(),
    DECKLE_SECRETS_ENDPOINT: url.optional(),
    DECKLE_BUCKET: z.string().min(3).max(63).default('deckle'),
    DECKLE_TABLE_PREFIX: z.string().max(64).default('deckle-'),
    DECKLE_QUEUE_PREFIX: z.string().max(64).default('deckle-'),
    DECKLE_STS_ENDPOINT: url.optional(),
    ...accessSettings,
    /** Sign tokens that say who this registry is: JSON, private RSA keys as JWKs. The first signs, all are published. */
    DECKLE_IDENTITY_KEYS: z.string().transform(parseJson).pipe(identityKeys).optional(),
    /** Where the front desk without an edge serves clients, on every address. */
    DECKLE_PORT: whole(1, 65_535).default(8_080),
    /** Where a service answers for its health, on every address; absent: nowhere. */
    DECKLE_HEALTH_PORT: whole(1, 65_535).optional(),
    /** Whom a new package is visible to when its publisher does not say. */
    DECKLE_NEW_PACKAGES: z.enum(visibilities).default('private'),
    /** Demand a login for every read. */
    DECKLE_REQUIRE_LOGIN: flag.default(false),
    /** Largest body of one publish. Base64 makes a tarball a third larger. */
    DECKLE_MAX_PUBLISH_BYTES: whole(1_000, 500_000_000).default(100_000_000),
    /** Uploads that one account can have open at a time, and bytes of all their files. */
    DECKLE_OPEN_UPLOADS: whole(1, 10_000).default(100),
    DECKLE_OPEN_UPLOAD_BYTES: whole(1, 1e15).default(1e12),
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
    const storage = value.DECKLE_STORAGE_URL ?? value.DECKLE_S3_ENDPOINT
    if (storage === undefined || !isSameHost(storage, value.DECKLE_PUBLIC_URL)) return
    context.addIssue({
      code: 'custom',
      path: ['DECKLE_STORAGE_URL'],
      message:
        'must have another host name than DECKLE_PUBLIC_URL: npm and yarn 1 forward their credentials to the same host, and S3 refuses signed links that come with credentials',
    })
  })

export interface Config {
  readonly publicUrl: string
  readonly storage: {
    readonly region: string
    readonly access: StorageAccess
    readonly bucket: string
    readonly tablePrefix: string
    readonly queuePrefix: string
    readonly s3Endpoint?: string
    readonly s3PublicEndpoint?: string
    readonly dynamoDbEndpoint?: string
    readonly sqsEndpoint?: string
    readonly secretsEndpoint?: string
  }
  readonly newPackages: (typeof visibilities)[number]
  readonly requireLogin: boolean
  readonly maxPublishBytes: number
  readonly uploadQuotas: { readonly sessions: number; readonly bytes: number }
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
  return Object.freeze({
    publicUrl: value.DECKLE_PUBLIC_URL,
    storage: {
      region: value.AWS_REGION,
      access: accessOf(value),
      bucket: value.DECKLE_BUCKET,
      tablePrefix: value.DECKLE_TABLE_PREFIX,
      queuePrefix: value.DECKLE_QUEUE_PREFIX,
      ...(value.DECKLE_S3_ENDPOINT === undefined ? {} : { s3Endpoint: value.DECKLE_S3_ENDPOINT }),
      ...(value.DECKLE_STORAGE_URL === undefined ? {} : { s3PublicEndpoint: value.DECKLE_STORAGE_URL }),
      ...(value.DECKLE_DYNAMODB_ENDPOINT === undefined ? {} : { dynamoDbEndpoint: value.DECKLE_DYNAMODB_ENDPOINT }),
      ...(value.DECKLE_SQS_ENDPOINT === undefined ? {} : { sqsEndpoint: value.DECKLE_SQS_ENDPOINT }),
      ...(value.DECKLE_SECRETS_ENDPOINT === undefined ? {} : { secretsEndpoint: value.DECKLE_SECRETS_ENDPOINT }),
    },
    newPackages: value.DECKLE_NEW_PACKAGES,
    requireLogin: value.DECKLE_REQUIRE_LOGIN,
    maxPublishBytes: value.DECKLE_MAX_PUBLISH_BYTES,
    uploadQuotas: { sessions: value.DECKLE_OPEN_UPLOADS, bytes: value.DECKLE_OPEN_UPLOAD_BYTES },
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
    policy: value.DECKLE_POLICY,
  })
}
