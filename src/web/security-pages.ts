import type { Context } from 'hono'
import { html } from 'hono/html'
import type { AppEnv } from '../http/env.ts'
import type { Problem } from '../http/problem.ts'
import type { SignedIn } from '../model/principal.ts'
import type { Session } from '../model/records.ts'
import type { FactorOverview } from '../registry/own-second-factor.ts'
import type { JsonObject } from '../std/json.ts'
import { answerPage, type Markup } from './page.ts'
import { passkeyForm } from './passkey-form.ts'

export interface Overview {
  readonly who: SignedIn
  readonly factor: FactorOverview
  readonly sessions: readonly Session[]
  readonly problem: Problem | undefined
}

const passwordField = (id: string) => html`<label for="${id}">Your password</label>
<input id="${id}" name="password" type="password" autocomplete="current-password" required>`

export async function overviewPage(
  c: Context<AppEnv>,
  { who, factor, sessions, problem }: Overview,
): Promise<Response> {
  const main = html`<h1>Security of ${who.username}</h1>
${problem === undefined ? '' : html`<p class="note" role="alert">${problem.sentence}</p>`}
${mustConfirm(who) ? confirmForm : ''}
<h2>Second factor</h2>
<p>${summary(factor)}</p>
${appForm(factor)}
${factor.mode === undefined ? '' : html`${codesForm(factor)}${endForm}`}
<h2>Passkeys</h2>
${passkeyList(factor)}
<form method="post" action="/-/account/security/passkeys">
<label for="name">Name of a new one</label>
<input id="name" name="name" maxlength="60" required>
${passwordField('passkey-password')}
<div class="row"><button>Add a passkey</button></div>
</form>
<h2>Sessions</h2>
<p>${sessions.length === 1 ? 'This is your only session.' : `You have ${sessions.length} sessions.`}</p>
<form method="post" action="/-/account/security/sessions/end">
<div class="row"><button>End all sessions and logins</button></div>
</form>
<form method="post" action="/-/logout"><div class="row"><button>Log out</button></div></form>`
  return answerPage(c, { title: 'Security', status: problem?.status ?? 200, main })
}

function mustConfirm({ secondFactor }: SignedIn): boolean {
  return secondFactor?.isEnrolled === true && !secondFactor.isShown
}

const confirmForm = html`<form method="post" action="/-/account/security/confirm">
<p>Before you change something here, show your second factor; it is good for ten minutes.</p>
<div class="row"><button class="primary">Show it</button></div>
</form>`

function summary({ mode, hasApp, codesLeft }: FactorOverview): Markup {
  if (mode === undefined) return html`You have none: whoever knows your password is you.`
  const when = mode === 'auth-only' ? 'when you log in' : 'when you log in, and for every change'
  return html`Asked for ${when}. ${hasApp ? 'You have an app.' : 'You have no app.'} ${codesLeft} recovery codes are left.`
}

function appForm({ mode, hasApp }: FactorOverview): Markup {
  return html`<form method="post" action="/-/account/security/app">
${passwordField('app-password')}
<label for="mode">Ask for it</label>
<select id="mode" name="mode"><option value="auth-only"${mode === 'auth-and-writes' ? '' : html` selected`}>when I log in</option>
<option value="auth-and-writes"${mode === 'auth-and-writes' ? html` selected` : ''}>when I log in, and for every change</option></select>
<div class="row"><button>${hasApp ? 'Set up another app' : 'Set up an app'}</button></div>
</form>`
}

function codesForm({ codesLeft }: FactorOverview): Markup {
  return html`<form method="post" action="/-/account/security/codes">
${passwordField('codes-password')}
<div class="row"><button>New recovery codes in place of the ${codesLeft} that are left</button></div>
</form>`
}

const endForm = html`<form method="post" action="/-/account/security/end">
${passwordField('end-password')}
<div class="row"><button>Ask for no second factor any more</button></div>
</form>`

function passkeyList({ passkeys }: FactorOverview): Markup {
  if (passkeys.length === 0) return html`<p>You have none.</p>`
  return html`<dl>${passkeys.map(
    ({ id, name, createdAt }) => html`<dt>${name}</dt><dd>since ${createdAt.slice(0, 10)}
<form method="post" action="/-/account/security/passkeys/remove"><input type="hidden" name="id" value="${id}">
<button aria-label="Remove ${name}">Remove</button></form></dd>`,
  )}</dl>`
}

/** The secret, to be typed or opened in an app; shown once, and good once a code of it was sent. */
export async function appPage(c: Context<AppEnv>, uri: string): Promise<Response> {
  const secret = new URL(uri).searchParams.get('secret') ?? ''
  const groups = secret.match(/.{1,4}/g)?.join(' ') ?? ''
  const main = html`<h1>Set up your app</h1>
<p>Type this key into your app, or <a href="${uri}">open it there</a>, and send the code that it shows.</p>
<dl><dt>Key</dt><dd><code>${groups}</code></dd><dt>Address</dt><dd><code>${uri}</code></dd></dl>
<form method="post" action="/-/account/security/app/confirm">
<label for="code">Code</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus>
<div class="row"><button class="primary">Confirm</button></div>
</form>`
  return answerPage(c, { title: 'Set up your app', status: 200, main })
}

/** Recovery codes, shown once. */
export async function codesPage(c: Context<AppEnv>, codes: readonly string[]): Promise<Response> {
  const main = html`<h1>Your recovery codes</h1>
<p class="note ok" role="status">Print or write them down now: they are not shown again. Each is good once, for when you
have lost the rest.</p>
<dl>${codes.map((code, index) => html`<dt>${index + 1}</dt><dd><code>${code}</code></dd>`)}</dl>
<p><a href="/-/account/security">Done</a></p>`
  return answerPage(c, { title: 'Your recovery codes', status: 200, main })
}

export async function newPasskeyPage(c: Context<AppEnv>, options: JsonObject): Promise<Response> {
  const main = html`<h1>Add a passkey</h1>
<noscript><p class="note">This needs a script; browsers make passkeys by nothing else.</p></noscript>
${passkeyForm({ action: '/-/account/security/passkeys/add', kind: 'create', options, label: 'Make a passkey' })}
<p><a href="/-/account/security">Back</a></p>`
  return answerPage(c, { title: 'Add a passkey', status: 200, main, usesPasskeys: true })
}
