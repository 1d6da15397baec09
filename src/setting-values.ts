import { z } from 'zod'
import { parseOrigin } from './std/origin.ts'

/** Turns the text of a setting into what its JSON says. */
export function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' })
    return z.NEVER
  }
}

/** An address of a service, without a slash at its end. */
export const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))

/** Scheme, host and port, in the one way to write them. */
export const origin = z.string().transform((text, context) => {
  const parsed = parseOrigin(text)
  if (parsed !== undefined) return parsed
  context.addIssue({
    code: 'custom',
    message: 'must be an address such as https://registry.example.com, without a path',
  })
  return z.NEVER
})

/** The name of a bucket. */
export const bucket = z.string().min(3).max(63)
