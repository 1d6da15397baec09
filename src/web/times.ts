import { html } from 'hono/html'
import type { Markup } from './page.ts'

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })
const minute = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' })

/** `22 Feb 2027` */
export function shortDay(timeMs: number): Markup {
  return html`<time datetime="${new Date(timeMs).toISOString().slice(0, 10)}">${day.format(timeMs)}</time>`
}

/** `14:02 UTC`, of today or tomorrow. */
export function timeOfDay(timeMs: number): Markup {
  return html`<time datetime="${new Date(timeMs).toISOString()}">${minute.format(timeMs)} UTC</time>`
}
