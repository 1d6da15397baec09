import { publishRequest } from './actor.ts'

/** Sends one request for somebody; `json` is sent as the body. */
export type Send = (
  path: string,
  init?: { method?: string; json?: unknown; form?: Record<string, string> },
) => Promise<Response>

/**
 * One thing that people do. `name` is different each time, and the package `common` is always there, with two versions;
 * bob, who has the password, is who asks.
 */
export interface Flow {
  /** On a healthy registry. What it returns is handed to `act` and `isDone`. */
  readonly prepare?: (send: Send, name: string) => Promise<string>
  readonly act: (send: Send, name: string, prepared: string) => Promise<Response>
  /** Whether what was asked for is so. Absent: the flow only reads. */
  readonly isDone?: (send: Send, name: string, prepared: string) => Promise<boolean>
  /** What else than success is true of a second time. */
  readonly again?: readonly number[]
  /** A refusal that is true when an answer of storage was lost. */
  readonly whenLost?: string
}

export const password = 'correct horse battery'
const common = 'common'
const login = (name: string) => ({ json: { name, password }, method: 'PUT' })

export const flows: Readonly<Record<string, Flow>> = {
  publish: {
    act: (send, name) => publish(send, name),
    isDone: async (send, name) => (await send(`/${name}/1.0.0`)).status === 200,
  },
  'read a packument': { act: (send) => send(`/${common}`) },
  'read a version': { act: (send) => send(`/${common}/1.0.0`) },
  install: { act: (send) => send(`/${common}/-/${common}-1.0.0.tgz`) },
  'read a report': { act: (send) => send(`/api/v1/packages/npm/${common}/versions/1.0.0/report`) },
  'count downloads': { act: (send) => send(`/downloads/point/last-week/${common}`) },
  search: { act: (send) => send(`/-/v1/search?text=${common}`) },
  'list tags': { act: (send) => send(`/-/package/${common}/dist-tags`) },
  'add a tag': {
    act: (send, name) => send(`/-/package/${common}/dist-tags/${name}`, { method: 'PUT', json: '1.0.0' }),
    isDone: async (send, name) => (await tags(send))[name] === '1.0.0',
  },
  'remove a tag': {
    prepare: async (send, name) => {
      await send(`/-/package/${common}/dist-tags/${name}`, { method: 'PUT', json: '1.0.0' })
      return name
    },
    act: (send, name) => send(`/-/package/${common}/dist-tags/${name}`, { method: 'DELETE' }),
    isDone: async (send, name) => !Object.hasOwn(await tags(send), name),
    again: [404],
  },
  deprecate: {
    prepare: packument,
    act: (send, name, prepared) => {
      const changed = JSON.parse(prepared)
      for (const version of Object.values<{ deprecated?: string }>(changed.versions)) version.deprecated = name
      return send(`/${common}`, { method: 'PUT', json: changed })
    },
    isDone: async (send, name) => JSON.parse(await packument(send)).versions['1.0.0'].deprecated === name,
    again: [409],
  },
  unpublish: {
    prepare: async (send, name) => {
      await publish(send, name)
      return JSON.parse(await (await send(`/${name}?write=true`)).text())._rev
    },
    act: (send, name, revision) => send(`/${name}/-rev/${revision}`, { method: 'DELETE' }),
    isDone: async (send, name) => (await send(`/${name}?write=true`)).status === 404,
    again: [404, 409],
  },
  'add an owner': {
    prepare: async (send) => {
      await send(`/-/package/${common}/owners/zoe`, { method: 'DELETE' })
      return ''
    },
    act: (send) => send(`/-/package/${common}/owners`, { method: 'PUT', json: { user: 'zoe' } }),
    isDone: async (send) => JSON.stringify(await owners(send)).includes('zoe'),
  },
  'remove an owner': {
    prepare: async (send) => {
      await send(`/-/package/${common}/owners`, { method: 'PUT', json: { user: 'zoe' } })
      return ''
    },
    act: (send) => send(`/-/package/${common}/owners/zoe`, { method: 'DELETE' }),
    isDone: async (send) => !JSON.stringify(await owners(send)).includes('zoe'),
  },
  'read access': { act: (send) => send(`/-/package/${common}/visibility`) },
  'set access': {
    prepare: async (send) => {
      await send(`/-/package/${common}/access`, { method: 'POST', json: { access: 'restricted' } })
      return ''
    },
    act: (send) => send(`/-/package/${common}/access`, { method: 'POST', json: { access: 'public' } }),
    isDone: async (send) =>
      ((await (await send(`/-/package/${common}/visibility`)).json()) as { public: boolean }).public,
  },
  'list packages of somebody': { act: (send) => send('/-/user/bob/package') },
  login: { act: (send) => send('/-/user/org.couchdb.user:bob', login('bob')) },
  'make an account': {
    act: (send, name) => {
      const { json, method } = login(name)
      return send(`/-/user/org.couchdb.user:${name}`, { method, json: { ...json, email: 'a@example.com' } })
    },
    isDone: async (send, name) => (await send(`/-/user/org.couchdb.user:${name}`, login(name))).status === 201,
  },
  logout: {
    prepare: async (send) => await tokenOf(send('/-/user/org.couchdb.user:bob', login('bob'))),
    act: (send, _, token) => send(`/-/user/token/${token}`, { method: 'DELETE' }),
    again: [401],
  },
  whoami: { act: (send) => send('/-/whoami') },
  'list tokens': { act: (send) => send('/-/npm/v1/tokens') },
  'create a token': {
    act: (send) =>
      send('/-/npm/v1/tokens', { method: 'POST', json: { password, readonly: false, cidr_whitelist: [] } }),
  },
  'revoke a token': {
    prepare: (send) => tokenOf(send('/-/npm/v1/tokens', { method: 'POST', json: { password, readonly: false } })),
    act: (send, _, token) => send(`/-/npm/v1/tokens/token/${token}`, { method: 'DELETE' }),
    again: [404],
  },
  'read the profile': { act: (send) => send('/-/npm/v1/user') },
  'set the profile': {
    act: (send, name) => send('/-/npm/v1/user', { method: 'POST', json: { fullname: name } }),
    isDone: async (send, name) => (await (await send('/-/npm/v1/user')).text()).includes(name),
  },
  star: {
    prepare: async (send) => {
      await send('/-/user/v1/star', { method: 'DELETE', json: { name: common } })
      return ''
    },
    act: (send) => send('/-/user/v1/star', { method: 'PUT', json: { name: common } }),
    isDone: async (send) => (await (await send('/-/user/v1/star')).text()).includes(common),
  },
  'list stars': { act: (send) => send('/-/_view/starredByUser?key=%22bob%22') },
  'begin a web login': { act: (send) => send('/-/v1/login', { method: 'POST', json: {} }) },
  'allow a web login': {
    prepare: (send) => webLogin(send),
    act: (send, _, prepared) => {
      const { page, token } = JSON.parse(prepared)
      return send(page, { method: 'POST', form: { token, decision: 'allow', name: 'bob', password } })
    },
    isDone: async (send, _, prepared) => (await (await send(JSON.parse(prepared).page)).text()).includes('<h1>Allowed'),
    again: [404],
  },
  'collect a web login': {
    prepare: async (send) => {
      const prepared = await webLogin(send)
      const { page, token, poll } = JSON.parse(prepared)
      await send(page, { method: 'POST', form: { token, decision: 'allow', name: 'bob', password } })
      return poll
    },
    act: (send, _, poll) => send(poll),
    // A token that nobody got is never made twice
    again: [404],
    whenLost: 'web_login_over',
  },
}

function publish(send: Send, name: string): Promise<Response> {
  const body = new TextDecoder().decode(publishRequest(name, '1.0.0').body as Uint8Array)
  return send(`/${name}`, { method: 'PUT', json: JSON.parse(body) })
}

async function packument(send: Send): Promise<string> {
  return (await send(`/${common}?write=true`)).text()
}

async function tags(send: Send): Promise<Record<string, string>> {
  return JSON.parse(await (await send(`/-/package/${common}/dist-tags`)).text())
}

async function owners(send: Send): Promise<unknown> {
  return (await send(`/-/package/${common}/collaborators`)).json()
}

async function tokenOf(answer: Promise<Response>): Promise<string> {
  return JSON.parse(await (await answer).text()).token
}

/** Begins one: where its page is, what its form needs, and where its client asks. */
async function webLogin(send: Send): Promise<string> {
  const { loginUrl, doneUrl } = JSON.parse(await (await send('/-/v1/login', { method: 'POST', json: {} })).text())
  const page = new URL(loginUrl).pathname
  const token = /name="token" value="([^"]+)"/.exec(await (await send(page)).text())?.[1] ?? ''
  return JSON.stringify({ page, token, poll: new URL(doneUrl).pathname })
}
