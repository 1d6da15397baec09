import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { z } from 'zod'
import { formBody } from '../http/body.ts'
import { type AppEnv, routes } from '../http/env.ts'
import { type Problem, problemOf } from '../http/problem.ts'
import { requireSameOrigin } from '../http/same-origin.ts'
import { dropSessionCookie, sessionCookie, setSessionCookie } from '../http/session-cookie.ts'
import { claimedAddress, visitorOf } from '../http/visitor.ts'
import { answerPage } from './page.ts'
import { securityPath } from './security.ts'

const form = z.object({ name: z.string().max(200), password: z.string().max(1_000) })

/** What is the person's to correct on the page itself. */
const correctable: ReadonlySet<string> = new Set(['credentials_wrong', 'too_many_attempts', 'account_disabled'])

/** `/-/login` and `/-/logout`: sessions of a browser. */
export const login: Hono<AppEnv> = routes()
  .get('/-/login', (c) => loginPage(c))
  .post('/-/login', async (c) => {
    requireSameOrigin(c)
    const { name, password } = await formBody(c, form)
    try {
      const credentials = { name, password, address: claimedAddress(c) }
      const entered = await c.var.registry.logInHere(credentials, visitorOf(c))
      if ('challenge' in entered) return c.redirect(`/-/second/${entered.challenge}`, 303)
      setSessionCookie(c, entered)
      return c.redirect(securityPath, 303)
    } catch (error) {
      const problem = problemOf(error, c.var.requestId)
      if (!correctable.has(problem.code)) throw error
      c.set('refusal', problem.code)
      return loginPage(c, problem, name)
    }
  })
  // A link from elsewhere must not log anybody out, so it is a form
  .post('/-/logout', async (c) => {
    requireSameOrigin(c)
    const text = sessionCookie(c)
    if (text !== undefined) await c.var.registry.leaveSession(text)
    dropSessionCookie(c)
    return c.redirect('/-/login', 303)
  })

function loginPage(c: Context<AppEnv>, problem?: Problem, name = '') {
  const fault = problem === undefined ? '' : html`<p class="note" id="fault" role="alert">${problem.sentence}</p>`
  const described = problem === undefined ? '' : html` aria-describedby="fault" aria-invalid="true"`
  const main = html`<h1>Log in</h1>
${fault}
<form method="post" action="/-/login">
<label for="name">User name</label>
<input id="name" name="name" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" required${described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${described}>
<div class="row"><button class="primary">Log in</button></div>
</form>`
  return answerPage(c, { title: 'Log in', status: problem?.status ?? 200, main })
}
