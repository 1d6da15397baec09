import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { z } from 'zod'
import { formBody } from '../http/body.ts'
import { type AppEnv, routes } from '../http/env.ts'
import { type Problem, problemOf } from '../http/problem.ts'
import { requireSameOrigin } from '../http/same-origin.ts'
import { invitationPath } from '../http/urls.ts'
import { formOf } from './form.ts'
import { answerPage } from './page.ts'

const form = z.object({
  name: z.string().max(200).default(''),
  email: z.string().max(254).default(''),
  password: z.string().max(2_000).default(''),
})

type Entered = z.infer<typeof form>

/** What is the person's to correct on the page itself; anything else ends the invitation, or is an outage. */
const correctable: ReadonlySet<string> = new Set([
  'username_invalid',
  'user_exists',
  'email_invalid',
  'password_too_short',
  'password_weak',
])

/** `/-/invite/<secret>`: where somebody who was invited makes their account. */
export const invitation: Hono<AppEnv> = routes()
  .get('/-/invite/:secret', async (c) => {
    const secret = c.req.param('secret')
    await c.var.registry.readInvitation(secret)
    return askingPage(c, secret)
  })
  .post('/-/invite/:secret', async (c) => {
    requireSameOrigin(c)
    const secret = c.req.param('secret')
    const entered = await formBody(c, form)
    try {
      const { name, ...rest } = entered
      return welcomePage(c, await c.var.registry.acceptInvitation(secret, { username: name, ...rest }))
    } catch (error) {
      const problem = problemOf(error, c.var.requestId)
      if (!correctable.has(problem.code)) throw error
      c.set('refusal', problem.code)
      return askingPage(c, secret, { problem, entered })
    }
  })

function askingPage(
  c: Context<AppEnv>,
  secret: string,
  before?: { readonly problem: Problem; readonly entered: Entered },
) {
  const { problem, entered } = before ?? {}
  const fields = [
    { name: 'name', label: 'User name', type: 'text', autocomplete: 'username', value: entered?.name ?? '' },
    { name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'email', value: entered?.email ?? '' },
    { name: 'password', label: 'Password, 12 characters or more', type: 'password', autocomplete: 'new-password' },
  ] as const
  const main = html`<h1>Make your account</h1>
<p>You were invited to ${hostOf(c)}. Others see your user name beside what you publish; it cannot be changed.</p>
${formOf(invitationPath(secret), fields, { button: 'Make account', problem })}`
  return answerPage(c, { title: 'Make your account', status: problem?.status ?? 200, main })
}

function welcomePage(c: Context<AppEnv>, name: string): Response | Promise<Response> {
  const { publicUrl } = c.var.registry.config
  const main = html`<h1>Welcome</h1>
<p class="note ok" role="status">The account <strong>${name}</strong> is made.</p>
<p>Log in from a terminal with <code>npm login --registry=${publicUrl}/</code></p>`
  return answerPage(c, { title: 'Welcome', status: 200, main })
}

function hostOf(c: Context<AppEnv>): string {
  return new URL(c.var.registry.config.publicUrl).host
}
