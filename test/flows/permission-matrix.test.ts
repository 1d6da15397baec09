import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, createApp } from '../../src/app.ts'
import { type Platform, webPlatform } from '../../src/std/platform.ts'
import { wire } from '../../src/wiring.ts'
import {
  expected,
  isOfOrgs,
  isOfPackages,
  type Kind,
  type Outcome,
  packages,
  people,
} from '../support/matrix/expected.ts'
import { makeSensitive, org, settings, settle } from '../support/matrix/people.ts'
import { rows } from '../support/matrix/routes.ts'
import type { Row, Thing } from '../support/matrix/row.ts'
import { type EdgeInProcess, type Stack, startStack } from '../support/stack.ts'

let stack: Stack
let edge: EdgeInProcess
let tokens: Awaited<ReturnType<typeof settle>>

beforeAll(async () => {
  stack = await startStack({ workerd: false, settings })
  tokens = await settle(stack)
  edge = stack.edge()
}, 120_000)
afterAll(() => stack?.close())

const absent = { name: `@${org}/absent`, org: 'nowhere' }
const thing = (kind: Kind): Thing => ({ name: `@${org}/${kind}`, org })
/** What stands around routes, and lets nobody do anything. */
const middleware = ['ALL /*', 'ALL /api/packages/:id/part']

/** Methods and patterns of all that the app answers. */
function routesOf(app: App): readonly string[] {
  return [...new Set(app.routes.map(({ method, path }) => `${method} ${path}`))]
}

function request({ route, ask, withoutToken, mediaType }: Row, it: Thing, shown: string | undefined): Request {
  const token = withoutToken ? undefined : shown
  const method = route.slice(0, route.indexOf(' ')).replace('ALL', 'GET')
  const { path, body } = ask(it)
  const headers = new Headers(token === undefined ? {} : { authorization: `Bearer ${token}` })
  const text = JSON.stringify(body ?? null)
  if (body !== undefined) headers.set('content-type', 'application/json')
  if (mediaType !== undefined) headers.set('content-type', mediaType)
  // As a connection has it
  if (body !== undefined) headers.set('content-length', String(text.length))
  return new Request(`${stack.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: text }),
  })
}

const outcomes: Readonly<Record<string, Outcome>> = {
  login_required: 'login',
  token_invalid: 'invalid',
  token_used_up: 'invalid',
  token_limited: 'limited',
  account_disabled: 'disabled',
  package_not_found: 'hidden',
  org_not_found: 'hidden',
  not_owner: 'refused',
  org_right_required: 'refused',
  admin_required: 'refused',
  audit_not_allowed: 'refused',
  creation_refused: 'refused',
  org_creation_refused: 'refused',
  listing_not_allowed: 'refused',
  history_not_allowed: 'refused',
  usage_not_allowed: 'refused',
  package_blocked: 'blocked',
}

/** How far a request came. A failure of ours is no outcome. */
async function outcomeOf(answer: Response): Promise<Outcome> {
  const text = await answer.text()
  expect(answer.status, text).toBeLessThan(500)
  if (answer.status < 400 || !(answer.headers.get('content-type') ?? '').includes('json')) return 'yes'
  return outcomes[JSON.parse(text).code] ?? 'yes'
}

test('every route has its rows, and every row its route', () => {
  const app = createApp(wire(stack.config, webPlatform))
  const routes = routesOf(app).filter((route) => !middleware.includes(route) && !route.includes('/-/assets/'))
  expect([...new Set(rows.map(({ route }) => route))].sort()).toEqual([...routes].sort())
})

describe.each(rows.map((row, at) => [row.is, row.route, row, at] as const))('%s: %s', (is, _, row, at) => {
  const kinds: readonly Kind[] = isOfPackages(is) ? packages : ['public']
  // Half of them at each route, the others at the next: what is common to all routes is looked at here
  const inTurn = people.filter((_person, index) => index % 2 === at % 2)

  test('is let through for whom it should be', async () => {
    const came: Record<string, string> = {}
    const should: Record<string, string> = {}
    for (const person of people) {
      const answers = kinds.map((kind) => edge.fetch(request(row, thing(kind), tokens[person])).then(outcomeOf))
      came[person] = (await Promise.all(answers)).join(' ')
      should[person] = kinds.map((kind) => expected(is, person, kind)).join(' ')
    }
    expect(came).toEqual(should)
    if (row.endsSensitivity) await makeSensitive(stack)
  })

  if (isOfPackages(is) && row.route.startsWith('GET ')) {
    test('HEAD is decided as GET is', async () => {
      for (const person of inTurn) {
        const asked = kinds.map(async (kind) => {
          const got = request(row, thing(kind), tokens[person])
          const [head, { status }] = await Promise.all([
            edge.fetch(new Request(got, { method: 'HEAD' })),
            edge.fetch(got),
          ])
          expect(await head.text()).toBe('')
          expect([person, kind, head.status]).toEqual([person, kind, status === 302 ? 200 : status])
        })
        await Promise.all(asked)
      }
    })
  }

  if (isOfPackages(is) || isOfOrgs(is)) {
    test('what is hidden answers and costs what nothing does', async () => {
      for (const person of inTurn) {
        const hidden = kinds.filter((kind) => expected(is, person, kind) === 'hidden')
        if (hidden.length === 0) continue
        const missing = await measured(row, absent, tokens[person])
        for (const kind of hidden) {
          expect(await measured(row, thing(kind), tokens[person]), `${person}, ${kind}`).toEqual(missing)
        }
      }
    })
  }
})

/** Answers of an edge that knows nothing yet, and then of one that was asked just now, with the requests to storage. */
async function measured(row: Row, it: Thing, token: string | undefined) {
  let requests = 0
  const platform: Platform = {
    ...webPlatform,
    fetch: (sent) => {
      requests += 1
      return webPlatform.fetch(sent)
    },
  }
  const cold = stack.edge(platform)
  const said: object[] = []
  for (let round = 0; round < 2; round += 1) {
    requests = 0
    const answer = await cold.fetch(request(row, it, token))
    const body = (await answer.text())
      .replaceAll(it.name, '…')
      .replaceAll(`"${it.org}"`, '…')
      .replaceAll(`\\"${it.org}\\"`, '…')
    const headers = [...answer.headers].filter(([name]) => name !== 'x-request-id')
    said.push({ requests, status: answer.status, headers, body: body.replace(/"requestId":"[^"]*"/, '') })
  }
  return said
}
