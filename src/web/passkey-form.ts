import { html } from 'hono/html'
import { z } from 'zod'
import { refuse } from '../model/refusals.ts'
import type { JsonObject } from '../std/json.ts'
import type { Markup } from './page.ts'

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

/** Reads the form's field. @throws Refusal `body_invalid` */
export function passkeyAnswer<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = z.string().transform(parseJson).pipe(schema).safeParse(text)
  if (!parsed.success) throw refuse('body_invalid', { problem: 'it holds nothing that a browser says for a passkey' })
  return parsed.data
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' })
    return z.NEVER
  }
}

export interface PasskeyForm {
  readonly action: string
  readonly kind: 'create' | 'get'
  readonly options: JsonObject
  readonly label: string
  readonly hidden?: Readonly<Record<string, string>>
}

/** A form that the page's script sends with what the browser says; without the script it stays hidden. */
export function passkeyForm({ action, kind, options, label, hidden = {} }: PasskeyForm): Markup {
  const fields = Object.entries(hidden).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form method="post" action="${action}" data-passkey="${JSON.stringify({ kind, options })}" hidden>
${fields}<input type="hidden" name="passkey" value="">
<p role="alert"></p>
<div class="row"><button class="primary">${label}</button></div>
</form>`
}
