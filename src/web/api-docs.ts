import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { type AppEnv, routes } from '../http/env.ts'
import { answerPage, type Markup, withCommands } from './page.ts'

/** What the page reads of an OpenAPI document. */
export interface ApiDocument {
  readonly info: { readonly version: string; readonly description?: string }
  readonly tags?: readonly { readonly name: string; readonly description?: string }[]
  readonly paths?: Readonly<Record<string, object>>
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> }
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly security?: readonly object[]
  readonly parameters?: readonly {
    name: string
    in: string
    required?: boolean
    description?: string
    schema: object
  }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, Answer>>
}

type Content = Readonly<Record<string, { readonly schema: object }>>

interface Answer {
  readonly description: string
  readonly content?: Content
  readonly 'x-codes'?: readonly string[]
}

interface Placed extends Operation {
  readonly method: string
  readonly path: string
}

/** `/-/docs/api`: the API's document as a page. */
export function apiDocs(document: () => ApiDocument): Hono<AppEnv> {
  return routes().get('/-/docs/api', (c) => page(c, document()))
}

function page(c: Context<AppEnv>, document: ApiDocument): Response | Promise<Response> {
  const { info, tags = [], components } = document
  const operations = operationsOf(document)
  const main = html`<h1>API</h1>
<p>${withCommands(info.description ?? '')}</p>
<p class="soft">Version ${info.version} · <a href="/api/v1/openapi.json">OpenAPI 3.1 document</a></p>
<nav aria-label="Operations">${tags.map(({ name, description = '' }) => contents(name, description, operations))}</nav>
${tags.map(({ name }) => section(c, name, operations))}
<h2 id="schemas">Schemas</h2>
${Object.entries(components?.schemas ?? {}).map(
  ([name, schema]) => html`<h3 id="schema-${name}">${name}</h3>
<pre tabindex="0"><code>${JSON.stringify(schema, null, 2)}</code></pre>`,
)}`
  return answerPage(c, { title: 'API', status: 200, main, isWide: true })
}

function operationsOf({ paths = {} }: ApiDocument): readonly Placed[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]: [string, Operation]) => ({ ...operation, method, path })),
  )
}

function contents(tag: string, description: string, operations: readonly Placed[]): Markup {
  const listed = operations.filter(({ tags }) => tags.includes(tag))
  return html`<h2 class="small"><a href="#${tag}">${tag}</a></h2>
<p class="soft">${description}</p>
<ul>${listed.map(({ operationId, summary }) => html`<li><a href="#${operationId}">${summary}</a></li>`)}</ul>`
}

function section(c: Context<AppEnv>, tag: string, operations: readonly Placed[]): Markup {
  const listed = operations.filter(({ tags }) => tags.includes(tag))
  return html`<h2 id="${tag}">${tag}</h2>${listed.map((operation) => article(c, operation))}`
}

function article(c: Context<AppEnv>, operation: Placed): Markup {
  const { operationId, method, path, summary, description, parameters = [], requestBody, responses } = operation
  return html`<article aria-labelledby="${operationId}">
<h3 id="${operationId}">${summary}</h3>
<p><code>${method.toUpperCase()} ${path}</code></p>
${description === undefined ? '' : html`<p>${withCommands(description)}</p>`}
<pre tabindex="0"><code>${curl(c.var.registry.config.publicUrl, operation)}</code></pre>
${
  parameters.length === 0
    ? ''
    : html`<h4>Parameters</h4>
<dl>${parameters.map(
        (each) => html`<dt><code>${each.name}</code>${each.required === true ? '' : ' (optional)'}</dt>
<dd>${shapeOf(each.schema)} ${withCommands(each.description ?? '')}</dd>`,
      )}</dl>`
}
${requestBody === undefined ? '' : html`<h4>Body</h4>${contentOf(requestBody.content)}`}
<h4>Answers</h4>
<dl>${Object.entries(responses).map(([status, answer]) => answered(status, answer))}</dl>
</article>`
}

function answered(status: string, { description, content = {}, 'x-codes': codes }: Answer): Markup {
  const shown =
    codes === undefined ? html`${withCommands(description)}${contentOf(content)}` : withCommands(description)
  return html`<dt>${status}</dt><dd>${shown}</dd>`
}

function contentOf(content: Content): readonly Markup[] {
  return Object.entries(content).map(([type, { schema }]) => html`<p class="soft">${type}</p>${shapeOf(schema)}`)
}

/** A schema: by its name, in a word, or as it is. */
function shapeOf(schema: object): Markup {
  if ('$ref' in schema && typeof schema.$ref === 'string') {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)
    return html`<a href="#schema-${name}">${name}</a>`
  }
  if ('type' in schema && typeof schema.type === 'string' && !('properties' in schema)) return html`${schema.type}.`
  return html`<pre tabindex="0"><code>${JSON.stringify(schema, null, 2)}</code></pre>`
}

/** What to paste into a shell, with a token in `$TOKEN`. */
function curl(publicUrl: string, { method, path, security = [], parameters = [], requestBody }: Placed): string {
  const query = parameters
    .filter((each) => each.in === 'query' && each.required === true)
    .map(({ name }) => `${name}=…`)
  const address = `${publicUrl}${path}${query.length === 0 ? '' : `?${query.join('&')}`}`
  return [
    `curl -X ${method.toUpperCase()} '${address}'`,
    ...(security.length === 0 ? [] : [`-H "Authorization: Bearer $TOKEN"`]),
    ...(requestBody === undefined ? [] : [`--json '{ … }'`]),
  ].join(' \\\n  ')
}
