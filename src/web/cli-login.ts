import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { z } from 'zod'
import { formBody } from '../http/body.ts'
import { type AppEnv, routes } from '../http/env.ts'
import { type Problem, problemOf } from '../http/problem.ts'
import { requireSameOrigin } from '../http/same-origin.ts'
import { claimedAddress, visitorOf } from '../http/visitor.ts'
import { answerPage, type Markup } from './page.ts'
import { shortDay, timeOfDay } from './times.ts'

const form = z.object({
  token: z.string().max(100),
  decision: z.enum(['allow', 'deny']),
  name: z.string().max(200).default(''),
  password: z.string().max(1_000).default(''),
})

/** What is the person's to correct on the page itself; anything else ends the login, or is an outage. */
const correctable: ReadonlySet<string> = new Set(['credentials_wrong', 'too_many_attempts'])

type Login = Awaited<ReturnType<AppEnv['Variables']['registry']['readWebLogin']>>

/**
 * `/-/cli/<id>`: where `npm login` sends its user. It says who asks, since a bare "Allow" is what phishers send
 * (RFC 8628, 5.4), and asks for the password in the same form, so that a forged one is worth nothing.
 */
export const cliLogin: Hono<AppEnv> = routes()
  .get('/-/cli/:id', async (c) => {
    const login = await c.var.registry.readWebLogin(c.req.param('id'))
    return login.state === 'waiting' ? askingPage(c, login) : decidedPage(c, login)
  })
  .post('/-/cli/:id', async (c) => {
    requireSameOrigin(c)
    const id = c.req.param('id')
    const { token, ...answer } = await formBody(c, form)
    try {
      const form = { formToken: token, ...answer }
      const { challenge } = await c.var.registry.decideWebLogin(id, form, visitorOf(c), claimedAddress(c))
      return c.redirect(challenge === undefined ? `/-/cli/${id}` : `/-/second/${challenge}`, 303)
    } catch (error) {
      const problem = problemOf(error, c.var.requestId)
      if (!correctable.has(problem.code)) throw error
      c.set('refusal', problem.code)
      return askingPage(c, await c.var.registry.readWebLogin(id), { problem, name: answer.name })
    }
  })

function askingPage(c: Context<AppEnv>, login: Login, before?: { readonly problem: Problem; readonly name: string }) {
  const { problem, name = '' } = before ?? {}
  const registry = new URL(c.var.registry.config.publicUrl).host
  const isWrong = problem?.code === 'credentials_wrong'
  const fault = problem === undefined ? '' : html`<p class="note" id="fault" role="alert">${problem.sentence}</p>`
  const described = isWrong ? html` aria-describedby="fault" aria-invalid="true"` : ''
  const focused = isWrong ? html` autofocus` : '' // where somebody goes on who mistyped
  const main = html`<h1>Log in a command line?</h1>
<p>A program asks to use ${registry} in your name. Allow it only if you have just started it yourself: it will be able to
read and publish whatever you can.</p>
${facts(c, login)}
${elsewhere(c, login)}
${fault}
<form method="post" action="/-/cli/${login.id}">
<input type="hidden" name="token" value="${login.formToken}">
<label for="name">User name</label>
<input id="name" name="name" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" required${described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${described}${focused}>
<div class="row"><button class="primary" name="decision" value="allow">Allow</button>
<button name="decision" value="deny" formnovalidate>Deny</button></div>
</form>`
  const title = `${problem === undefined ? '' : 'Error: '}Log in a command line`
  return answerPage(c, { title, status: problem?.status ?? 200, main })
}

/** Who asks, as far as the request that began it says: the client's own words, so never more than a hint. */
function facts(c: Context<AppEnv>, login: Login): Markup {
  const minutes = Math.floor((c.var.registry.platform.now() - login.createdAtMs) / 60_000)
  const ago = minutes < 1 ? 'less than a minute ago' : `${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ago`
  const { loginTokenDays } = c.var.registry.config
  const until = c.var.registry.platform.now() + loginTokenDays * 86_400_000
  return html`<dl>
<dt>Program</dt><dd><bdi>${login.client ?? 'unknown'}</bdi></dd>
<dt>From</dt><dd>${login.addressPrefix ?? 'unknown'}</dd>
<dt>Asked</dt><dd>${ago}; waits until ${timeOfDay(login.endsAtMs)}</dd>
<dt>It gets</dt><dd>a token until ${shortDay(until)}, or until you log out</dd>
</dl>`
}

/** A login that somebody else began is how this page is abused. */
function elsewhere(c: Context<AppEnv>, { addressPrefix }: Login): Markup | '' {
  const here = visitorOf(c).addressPrefix
  if (here === undefined || addressPrefix === undefined || here === addressPrefix) return ''
  return html`<p class="note warn"><strong>Not from where you are.</strong> The program is at ${addressPrefix}, this browser at
${here}. Deny it unless you know why.</p>`
}

function decidedPage(c: Context<AppEnv>, login: Login): Response | Promise<Response> {
  const isDenied = login.state === 'denied'
  const title = isDenied ? 'Denied' : 'Allowed'
  const main = isDenied
    ? html`<h1>Denied</h1><p class="note" role="status">The program gets no token. You can close this page.</p>`
    : html`<h1>Allowed</h1><p class="note ok" role="status">Go back to your terminal: the program is logged in as
<strong>${login.username ?? ''}</strong> in a moment. You can close this page.</p>`
  return answerPage(c, { title, status: 200, main })
}
