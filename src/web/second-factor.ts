import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { z } from 'zod'
import { formBody } from '../http/body.ts'
import { type AppEnv, routes } from '../http/env.ts'
import { type Problem, problemOf } from '../http/problem.ts'
import { requireSameOrigin } from '../http/same-origin.ts'
import { setSessionCookie } from '../http/session-cookie.ts'
import { visitorOf } from '../http/visitor.ts'
import type { Passed } from '../registry/pass-challenge.ts'
import { answerPage } from './page.ts'
import { authenticationAnswer, passkeyAnswer, passkeyForm } from './passkey-form.ts'
import { passkeyScript, passkeyScriptPath } from './passkey-script.ts'
import { securityPath } from './security.ts'

const form = z.object({
  token: z.string().max(100),
  code: z.string().max(100).default(''),
  /** What the browser says for a passkey, instead of a code. */
  passkey: z.string().max(50_000).default(''),
})

/** What is the person's to correct on the page itself; anything else ends it, or is an outage. */
const correctable: ReadonlySet<string> = new Set(['second_factor_wrong', 'too_many_attempts'])

type Asked = Awaited<ReturnType<AppEnv['Variables']['registry']['readChallenge']>>

/** `/-/second/<id>`: asks for the second factor, for a terminal that waits or for a login that is under way. */
export const secondFactor: Hono<AppEnv> = routes()
  .get('/-/second/:id', async (c) => {
    const asked = await c.var.registry.readChallenge(c.req.param('id'))
    return asked.challenge.state === 'waiting' ? askingPage(c, asked) : passedPage(c)
  })
  .post('/-/second/:id', async (c) => {
    requireSameOrigin(c)
    const id = c.req.param('id')
    const { token, code, passkey } = await formBody(c, form)
    try {
      const shown = passkey === '' ? { code } : { passkey: passkeyAnswer(authenticationAnswer, passkey) }
      const passed = await c.var.registry.passChallenge(id, { formToken: token, shown }, visitorOf(c))
      return c.redirect(follow(c, id, passed), 303)
    } catch (error) {
      const problem = problemOf(error, c.var.requestId)
      if (!correctable.has(problem.code)) throw error
      c.set('refusal', problem.code)
      return askingPage(c, await c.var.registry.readChallenge(id), problem)
    }
  })
  .get(passkeyScriptPath, (c) =>
    c.body(passkeyScript, 200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    }),
  )

/** Where somebody goes on, with the session that they may have now. */
function follow(c: Context<AppEnv>, id: string, passed: Passed): string {
  if (passed.purpose === 'request') return `/-/second/${id}`
  if (passed.purpose === 'web-login') return `/-/cli/${passed.webLogin}`
  setSessionCookie(c, passed.opened)
  return securityPath
}

function askingPage(c: Context<AppEnv>, { challenge, passkeys }: Asked, problem?: Problem) {
  const action = `/-/second/${challenge.id}`
  const hidden = { token: challenge.formToken }
  const passkey =
    passkeys === undefined
      ? ''
      : passkeyForm({ action, kind: 'get', options: passkeys, label: 'Use a passkey', hidden })
  const fault = problem === undefined ? '' : html`<p class="note" id="fault" role="alert">${problem.sentence}</p>`
  const described = problem === undefined ? '' : html` aria-describedby="fault" aria-invalid="true"`
  const main = html`<h1>Confirm that it is you</h1>
<p>${whatFor(challenge)}</p>
${fault}
${passkey}
<form method="post" action="${action}">
<input type="hidden" name="token" value="${challenge.formToken}">
<label for="code">Code of your app, or a recovery code</label>
<input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required autofocus${described}>
<div class="row"><button class="primary">Confirm</button></div>
</form>`
  const status = problem?.status ?? 200
  return answerPage(c, { title: 'Confirm that it is you', status, main, usesPasskeys: passkeys !== undefined })
}

/** Who asks, as far as the request that began it says: the client's own words, so never more than a hint. */
function whatFor({ purpose, username, client, addressPrefix }: Asked['challenge']) {
  if (purpose !== 'request')
    return html`The password of <strong>${username}</strong> was right. Now your second factor.`
  return html`<bdi>${client ?? 'A program'}</bdi> (from ${addressPrefix ?? 'an unknown address'}) wants to change something as
<strong>${username}</strong>. Confirm it only if you have just started it yourself.`
}

function passedPage(c: Context<AppEnv>): Response | Promise<Response> {
  const main = html`<h1>Confirmed</h1><p class="note ok" role="status">Go back to your terminal: it goes on in a moment. You
can close this page.</p>`
  return answerPage(c, { title: 'Confirmed', status: 200, main })
}
