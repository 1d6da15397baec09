import { html } from 'hono/html'
import type { Problem } from '../http/problem.ts'
import type { Markup } from './page.ts'

export interface Field {
  readonly name: string
  readonly label: string
  readonly type: 'text' | 'email' | 'password'
  readonly autocomplete: string
  /** What was entered before; never a password. */
  readonly value?: string
}

/** A form with one button. What was wrong with it before is said above, and read with each of its fields. */
export function formOf(
  action: string,
  fields: readonly Field[],
  { button, problem }: { readonly button: string; readonly problem: Problem | undefined },
): Markup {
  const fault = problem === undefined ? '' : html`<p class="note" id="fault" role="alert">${problem.sentence}</p>`
  const described = problem === undefined ? '' : html` aria-describedby="fault"`
  const inputs = fields.map(
    ({ name, label, type, autocomplete, value = '' }) => html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" value="${value}" autocomplete="${autocomplete}" autocapitalize="none" spellcheck="false" required${described}>`,
  )
  return html`${fault}
<form method="post" action="${action}">
${inputs}
<div class="row"><button class="primary">${button}</button></div>
</form>`
}
