import { z } from 'zod'
import { Secret } from './std/secret.ts'

/** By what requests to storage are signed. */
export type StorageAccess =
  | {
      readonly kind: 'keys'
      readonly accessKeyId: string
      readonly secretAccessKey: Secret
      readonly sessionToken?: Secret
    }
  /** The session of the role that a container runs under. */
  | { readonly kind: 'container'; readonly path: string }
  /** The session of a role that trusts our own tokens. */
  | { readonly kind: 'web-identity'; readonly roleArn: string; readonly endpoint: string }

const text = z.string().min(1)
/** A private RSA key (RFC 7518, 6.3), as `deckle identity-key` makes it. */
const privateKey = z.object({
  kty: z.literal('RSA'),
  kid: z.string().regex(/^[\w-]{1,64}$/),
  ...{ n: text, e: text, d: text, p: text, q: text, dp: text, dq: text, qi: text },
})
export const identityKeys = z
  .array(privateKey)
  .min(1)
  .max(5)
  .transform((keys) => new Secret(keys))

/** The settings that say who we are to AWS. */
export const accessSettings = {
  AWS_REGION: text.default('us-east-1'),
  AWS_ACCESS_KEY_ID: text.optional(),
  AWS_SECRET_ACCESS_KEY: text.optional(),
  AWS_SESSION_TOKEN: text.optional(),
  /** Set by ECS in a task: where the session of the task's role is to be had, instead of a key pair. */
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: z.string().startsWith('/').max(1_000).optional(),
  /** The role that trusts tokens that are signed with `DECKLE_IDENTITY_KEYS`, instead of a key pair. */
  DECKLE_AWS_ROLE: z
    .string()
    .regex(/^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/, 'must be the ARN of a role')
    .optional(),
}

export type AccessSettings = z.infer<z.ZodObject<typeof accessSettings>> & {
  readonly DECKLE_IDENTITY_KEYS?: unknown
  readonly DECKLE_STS_ENDPOINT?: string | undefined
}

/** What is missing, or too much, by the name of the setting. */
export function accessProblems(value: AccessSettings): readonly (readonly [name: string, message: string])[] {
  const pair = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const
  if (value.DECKLE_AWS_ROLE !== undefined) {
    const extra = pair.filter((name) => value[name] !== undefined)
    const message = 'cannot be set beside DECKLE_AWS_ROLE: sign with a key pair, or with the session of a role'
    return [
      ...extra.map((name) => [name, message] as const),
      ...(value.DECKLE_IDENTITY_KEYS === undefined
        ? ([['DECKLE_IDENTITY_KEYS', 'is missing: DECKLE_AWS_ROLE is taken with tokens that they sign']] as const)
        : []),
    ]
  }
  if (value.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI !== undefined) return []
  return pair.filter((name) => value[name] === undefined).map((name) => [name, 'is missing'] as const)
}

/** A key pair comes before a container's role: whoever sets one beside it means it. */
export function accessOf(value: AccessSettings): StorageAccess {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    DECKLE_AWS_ROLE: roleArn,
    DECKLE_STS_ENDPOINT: endpoint = `https://sts.${value.AWS_REGION}.amazonaws.com`,
  } = value
  if (roleArn !== undefined) return { kind: 'web-identity', roleArn, endpoint }
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    return { kind: 'container', path: value.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ?? '' }
  }
  return {
    kind: 'keys',
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    ...(sessionToken === undefined ? {} : { sessionToken: new Secret(sessionToken) }),
  }
}
