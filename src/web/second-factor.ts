import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { z } from 'zod'
import { formBody } from '../http/body.ts'
import { type AppEnv, routes } from '../http/env.ts'
import { type Problem, problemOf } from '../http/problem.ts'
import { requireSameOrigin } from '../http/same-origin.ts'
import { visitorOf } from '../http/visitor.ts'
import { answerPage } from './page.ts'

const form = z.object({ token: z.string().max(100), code: z.string().min(1).max(100) })

/** What is the person's to correct on the page itself; anything else ends it, or is an outage. */
const correctable: ReadonlySet<string> = new Set(['second_factor_wrong', 'too_many_attempts'])

type Challenge = Awaited<ReturnType<AppEnv['Variables']['registry']['readChallenge']>>

/** `/-/second/<id>`: asks for the second factor, for a terminal that waits or for a login that is under way. */
export const secondFactor: Hono<AppEnv> = routes()
  .get('/-/second/:id', async (c) => {
    const challenge = await c.var.registry.readChallenge(c.req.param('id'))
    return challenge.state === 'waiting' ? askingPage(c, challenge) : passedPage(c)
  })
  .post('/-/second/:id', async (c) => {
    requireSameOrigin(c)
    const id = c.req.param('id')
    const { token, code } = await formBody(c, form)
    try {
      const passed = await c.var.registry.passChallenge(id, { formToken: token, code }, visitorOf(c))
      return c.redirect(passed.purpose === 'web-login' ? `/-/cli/${passed.webLogin}` : `/-/second/${id}`, 303)
    } catch (error) {
      const problem = problemOf(error, c.var.requestId)
      if (!correctable.has(problem.code)) throw error
      c.set('refusal', problem.code)
      return askingPage(c, await c.var.registry.readChallenge(id), problem)
    }
  })

function askingPage(c: Context<AppEnv>, challenge: Challenge, problem?: Problem) {
  const fault = problem === undefined ? '' : html`<p class="note" id="fault" role="alert">${problem.sentence}</p>`
  const described = problem === undefined ? '' : html` aria-describedby="fault" aria-invalid="true"`
  const main = html`<h1>Confirm that it is you</h1>
<p>${whatFor(challenge)}</p>
${fault}
<form method="post" action="/-/second/${challenge.id}">
<input type="hidden" name="token" value="${challenge.formToken}">
<label for="code">Code of your app, or a recovery code</label>
<input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required autofocus${described}>
<div class="row"><button class="primary">Confirm</button></div>
</form>`
  return answerPage(c, { title: 'Confirm that it is you', status: problem?.status ?? 200, main })
}

/** Who asks, as far as the request that began it says: the client's own words, so never more than a hint. */
function whatFor({ purpose, username, client, addressPrefix }: Challenge) {
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
