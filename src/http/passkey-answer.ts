import { z } from 'zod'

/** base64url; the longest is an attestation. */
const encoded = z
  .string()
  .max(20_000)
  .regex(/^[\w-]*$/)
const common = { id: encoded, rawId: encoded, type: z.literal('public-key') }

/** What the browser says about a new passkey. Fields that nobody reads are left out. */
export const registrationAnswer = z.object({
  ...common,
  response: z.object({
    clientDataJSON: encoded,
    attestationObject: encoded,
    transports: z.array(z.string().max(20)).max(10).default([]),
  }),
})

/** What the browser says for a passkey. */
export const authenticationAnswer = z.object({
  ...common,
  response: z.object({ clientDataJSON: encoded, authenticatorData: encoded, signature: encoded }),
})
