import type { Context } from 'hono'
import { html } from 'hono/html'
import type { AppEnv } from '../http/env.ts'
import type { Problem } from '../http/problem.ts'
import { assetFolder, iconPath, stylesheetPath } from './assets.ts'
import { mark, tornEdge } from './drawings.ts'
import { passkeyScriptPath } from './passkey-script.ts'

/** Text that `html` has escaped. */
export type Markup = ReturnType<typeof html>

export interface Page {
  readonly title: string
  readonly status: Problem['status'] | 200
  readonly main: Markup
  /** Runs the one script that there is. */
  readonly usesPasskeys?: boolean
  /** For reading and tables, not for a form. */
  readonly isWide?: boolean
}

/** A whole page: no script where none is needed, no style and no picture but ours, no frame around it, nothing kept. */
export function answerPage(
  c: Context<AppEnv>,
  { title, status, main, usesPasskeys = false, isWide = false }: Page,
): Response | Promise<Response> {
  const { origin, host } = new URL(c.var.registry.config.publicUrl)
  const files = `${origin}${assetFolder}`
  const scripts = usesPasskeys ? `script-src ${files}; ` : ''
  c.header(
    'content-security-policy',
    `default-src 'none'; ${scripts}style-src ${files}; img-src ${files}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
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
<link rel="icon" type="image/svg+xml" href="${iconPath}">
${usesPasskeys ? html`<script type="module" src="${passkeyScriptPath}"></script>` : ''}
</head>
<body>
<header class="mast"><div class="wrap"><span class="brand">${mark}Deckle</span></div></header>
${tornEdge}
<main class="wrap ${isWide ? 'wide' : 'narrow'}">
${main}
</main>
<footer><div class="wrap"><span>Deckle at ${host}</span><span>Times are UTC</span></div></footer>
</body>
</html>
`,
    status,
  )
}

const titles: ReadonlyMap<string, string> = new Map([
  ['not_found', 'Not found'],
  ['web_login_over', 'This login is over'],
  ['cross_site', 'Nothing was done'],
])

/** A problem as a page: what happened, and the id to tell an administrator. */
export function answerProblemPage(c: Context<AppEnv>, problem: Problem): Response | Promise<Response> {
  const title = titles.get(problem.code) ?? 'This did not work'
  const main = html`<h1>${title}</h1>
<p>${withCommands(problem.sentence)}</p>
<p class="soft">Request <code>${problem.requestId}</code></p>`
  return answerPage(c, { title, status: problem.status, main })
}

/** A sentence whose commands and codes stand between backticks, as terminals show them. */
export function withCommands(sentence: string): readonly (string | Markup)[] {
  return sentence.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))
}
