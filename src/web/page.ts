import type { Context } from 'hono'
import { html } from 'hono/html'
import type { AppEnv } from '../http/env.ts'
import type { Problem } from '../http/problem.ts'
import { passkeyScriptPath } from './passkey-script.ts'
import { stylesheetPath } from './stylesheet.ts'

/** Text that `html` has escaped. */
export type Markup = ReturnType<typeof html>

export interface Page {
  readonly title: string
  readonly status: Problem['status'] | 200
  readonly main: Markup
  /** Runs the one script that there is. */
  readonly usesPasskeys?: boolean
}

/** A whole page: no script where none is needed, no style but ours, no frame around it, nothing kept. */
export function answerPage(
  c: Context<AppEnv>,
  { title, status, main, usesPasskeys = false }: Page,
): Response | Promise<Response> {
  const { origin } = new URL(c.var.registry.config.publicUrl)
  c.header(
    'content-security-policy',
    `default-src 'none'; ${usesPasskeys ? `script-src ${origin}/-/assets/; ` : ''}style-src ${origin}/-/assets/; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  )
  c.header('cache-control', 'no-store')
  c.header('referrer-policy', 'same-origin') // 'no-referrer' would make the Origin of our own forms "null"
  c.header('cross-origin-opener-policy', 'same-origin')
  return c.html(
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Deckle</title>
<link rel="stylesheet" href="${stylesheetPath}">
${usesPasskeys ? html`<script type="module" src="${passkeyScriptPath}"></script>` : ''}
</head>
<body>
<header class="mast"><div class="wrap"><span class="brand">
<svg class="mark" viewBox="0 0 22 26" aria-hidden="true" focusable="false"><path fill="#134A78" d="M1 1h20v21l-2.1 1.7-1.8-1.3-2.3 2.2-2-1.6-1.9 1.2-2.2-1.9-2.4 2.3-1.9-1.4L3.2 25 1 22.6z"/><path stroke="#fff" stroke-width="1.8" d="M5.5 7.2h11M5.5 11.6h11M5.5 16h6.4"/></svg>
Deckle</span></div></header>
<main class="wrap narrow">
${main}
</main>
</body>
</html>
`,
    status,
  )
}

/** A problem as a page: what happened, and the id to tell an administrator. */
export function answerProblemPage(c: Context<AppEnv>, problem: Problem): Response | Promise<Response> {
  const title = problem.status === 404 ? 'Not found' : 'This did not work'
  const main = html`<h1>${title}</h1>
<p>${problem.sentence}</p>
<p class="soft">Request <code>${problem.requestId}</code></p>`
  return answerPage(c, { title, status: problem.status, main })
}
