import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { z } from 'zod'
import { formBody } from '../http/body.ts'
import { type AppEnv, routes } from '../http/env.ts'
import { type Problem, problemOf } from '../http/problem.ts'
import { requireSameOrigin } from '../http/same-origin.ts'
import { resetPath } from '../http/urls.ts'
import { formOf } from './form.ts'
import { answerPage } from './page.ts'

const form = z.object({ password: z.string().max(2_000).default('') })

/** What is the person's to correct on the page itself; anything else ends the link, or is an outage. */
const correctable: ReadonlySet<string> = new Set(['password_too_short', 'password_weak'])

/** `/-/reset/<secret>`: where somebody whose password an administrator has reset chooses a new one. */
export const passwordReset: Hono<AppEnv> = routes()
  .get('/-/reset/:secret', (c) => askingPage(c, c.req.param('secret')))
  .post('/-/reset/:secret', async (c) => {
    requireSameOrigin(c)
    const secret = c.req.param('secret')
    const { password } = await formBody(c, form)
    try {
      return donePage(c, await c.var.registry.useReset(secret, password))
    } catch (error) {
      const problem = problemOf(error, c.var.requestId)
      if (!correctable.has(problem.code)) throw error
      c.set('refusal', problem.code)
      return askingPage(c, secret, problem)
    }
  })

async function askingPage(c: Context<AppEnv>, secret: string, problem?: Problem): Promise<Response> {
  const { username } = await c.var.registry.readReset(secret)
  const field = {
    name: 'password',
    label: 'New password, 12 characters or more',
    type: 'password',
    autocomplete: 'new-password',
  } as const
  const main = html`<h1>Choose a new password</h1>
<p>For the account <strong>${username}</strong>. Whoever is logged in to it will be logged out; tokens that were made by
name keep working.</p>
${formOf(resetPath(secret), [field], { button: 'Set password', problem })}`
  return answerPage(c, { title: 'Choose a new password', status: problem?.status ?? 200, main })
}

function donePage(c: Context<AppEnv>, name: string): Response | Promise<Response> {
  const { publicUrl } = c.var.registry.config
  const main = html`<h1>Password set</h1>
<p class="note ok" role="status">The account <strong>${name}</strong> has a new password, and every login has ended.</p>
<p>Log in again with <code>npm login --registry=${publicUrl}/</code></p>`
  return answerPage(c, { title: 'Password set', status: 200, main })
}
