import { rowsOfApi } from './api-routes.ts'
import { org } from './people.ts'
import { escaped, file, type Row, row, type Thing } from './row.ts'

const ofPackages: readonly Row[] = [
  row('GET /:package', 'read', (it) => `/${escaped(it)}`),
  row('GET /:package/:version', 'read', (it) => `/${escaped(it)}/1.0.0`),
  row('GET /:package/:version', 'read', (it) => `/${escaped(it)}/latest`),
  row('GET /:package/-/:file', 'read', (it) => `/${escaped(it)}/-/${file(it)}`),
  row('GET /-/package/:package/dist-tags', 'read', (it) => `/-/package/${escaped(it)}/dist-tags`),
  row('GET /downloads/point/:period/:package', 'read', (it) => `/downloads/point/last-day/${escaped(it)}`),
  row('GET /downloads/range/:period/:package', 'read', (it) => `/downloads/range/last-day/${escaped(it)}`),
  row('GET /-/package/:package/visibility', 'look', (it) => `/-/package/${escaped(it)}/visibility`),
  row('GET /-/package/:package/access', 'look', (it) => `/-/package/${escaped(it)}/access`),
  row('GET /-/package/:package/collaborators', 'look', (it) => `/-/package/${escaped(it)}/collaborators`),
  row(
    'PUT /:package',
    'publish',
    (it) => `/${escaped(it)}`,
    ({ name }) => ({ _id: name, name, _attachments: {} }),
  ),
  row(
    'PUT /:package',
    'star',
    (it) => `/${escaped(it)}`,
    ({ name }) => ({ _id: name, users: {} }),
  ),
  row('PUT /-/user/v1/star', 'star', '/-/user/v1/star', ({ name }) => ({ name })),
  row('DELETE /-/user/v1/star', 'star', '/-/user/v1/star', ({ name }) => ({ name })),
  row('PUT /-/package/:package/dist-tags/:tag', 'change', tag, '9.9.9'),
  row('POST /-/package/:package/dist-tags/:tag', 'change', tag, '9.9.9'),
  row('DELETE /-/package/:package/dist-tags/:tag', 'change', tag),
  row('PUT /:package/-rev/:revision', 'change', revision, ({ name }) => ({
    _id: name,
    name,
    versions: { '1.0.0': {} },
  })),
  row('PUT /:package/-rev/:revision', 'manage', revision, ({ name }) => ({
    _id: name,
    maintainers: [{ name: 'eve' }],
  })),
  row('DELETE /:package/-rev/:revision', 'change', revision),
  row('DELETE /:package/-/:file/-rev/:revision', 'change', (it) => `/${escaped(it)}/-/${file(it)}/-rev/stale`),
  row('POST /-/package/:package/access', 'manage', (it) => `/-/package/${escaped(it)}/access`, {
    publish_requires_tfa: false,
  }),
  row('PUT /-/package/:package/owners', 'manage', (it) => `/-/package/${escaped(it)}/owners`, { user: 'nobody' }),
  row('DELETE /-/package/:package/owners/:user', 'manage', (it) => `/-/package/${escaped(it)}/owners/nobody`),
  row('PUT /-/team/:org/:team/package', 'manage', `/-/team/${org}/none/package`, ({ name }) => ({
    package: name,
    permissions: 'read-write',
  })),
  row('DELETE /-/team/:org/:team/package', 'manage', `/-/team/${org}/none/package`, ({ name }) => ({ package: name })),
]

function tag(it: Thing): string {
  return `/-/package/${escaped(it)}/dist-tags/none`
}

function revision(it: Thing): string {
  return `/${escaped(it)}/-rev/stale`
}

const ofOrganisations: readonly Row[] = [
  row('GET /-/org/:org/user', 'orgSee', (it) => `/-/org/${it.org}/user`),
  row('GET /-/org/:org/team', 'orgSee', (it) => `/-/org/${it.org}/team`),
  row('GET /-/org/:org/package', 'orgSee', (it) => `/-/org/${it.org}/package`),
  row('GET /-/team/:org/:team/user', 'orgSee', (it) => `/-/team/${it.org}/readers/user`),
  row('GET /-/team/:org/:team/package', 'orgSee', (it) => `/-/team/${it.org}/readers/package`),
  row('PUT /-/org/:org/user', 'orgManage', (it) => `/-/org/${it.org}/user`, { user: 'tina', role: 'developer' }),
  row('PUT /-/org/:org/user', 'orgAppoint', (it) => `/-/org/${it.org}/user`, { user: 'governor', role: 'owner' }),
  row('DELETE /-/org/:org/user', 'orgManage', (it) => `/-/org/${it.org}/user`, { user: 'rita' }),
  row('PUT /-/org/:org/team', 'orgManage', (it) => `/-/org/${it.org}/team`, { name: 'readers' }),
  row('DELETE /-/team/:org/:team', 'orgManage', (it) => `/-/team/${it.org}/none`),
  row('PUT /-/team/:org/:team/user', 'orgManage', (it) => `/-/team/${it.org}/readers/user`, { user: 'tina' }),
  row('DELETE /-/team/:org/:team/user', 'orgManage', (it) => `/-/team/${it.org}/readers/user`, { user: 'outsider' }),
]

const couchUser = '/-/user/:couchId{org\\.couchdb\\.user:.+}'
const ofAccounts: readonly Row[] = [
  row('GET /-/whoami', 'signedIn', '/-/whoami'),
  row(`GET ${couchUser}`, 'signedIn', '/-/user/org.couchdb.user:eve'),
  row('GET /-/user/v1/star', 'signedIn', '/-/user/v1/star'),
  row('GET /-/-/package', 'signedIn', '/-/-/package'),
  row('GET /-/npm/v1/tokens', 'account', '/-/npm/v1/tokens'),
  row('POST /-/npm/v1/tokens', 'account', '/-/npm/v1/tokens', { password: 'wrong', readonly: true }),
  row('DELETE /-/npm/v1/tokens/token/:token', 'account', '/-/npm/v1/tokens/token/none'),
  row('GET /-/npm/v1/user', 'account', '/-/npm/v1/user'),
  row('POST /-/npm/v1/user', 'account', '/-/npm/v1/user', {}),
  row('DELETE /-/user/token/:token', 'logout', '/-/user/token/none'),
  row('GET /-/v1/search', 'open', '/-/v1/search?text=acme'),
  row('GET /-/_view/starredByUser', 'open', '/-/_view/starredByUser?key=%22owner%22'),
  row('GET /-/user/:user/stars', 'open', '/-/user/owner/stars'),
  row('GET /-/user/:user/package', 'open', '/-/user/owner/package'),
]

const forEverybody: readonly Row[] = [
  row('GET /', 'free', '/'),
  row('GET /-/ping', 'free', '/-/ping'),
  row('GET /.well-known/openid-configuration', 'free', '/.well-known/openid-configuration'),
  row('GET /.well-known/jwks.json', 'free', '/.well-known/jwks.json'),
  row('ALL /api/*', 'free', '/api/none'),
  row('ALL /-/*', 'free', '/-/none'),
  row(`PUT ${couchUser}`, 'free', '/-/user/org.couchdb.user:eve', { name: 'another', password: 'wrong' }),
  row('POST /-/v1/login', 'free', '/-/v1/login', { create: true }),
  row('GET /-/v1/done/:poll', 'free', '/-/v1/done/none'),
  row('GET /-/cli/:id', 'free', '/-/cli/none'),
  row('POST /-/cli/:id', 'free', '/-/cli/none', {}),
  row('GET /-/v1/second/:poll', 'free', '/-/v1/second/none'),
  row('GET /-/second/:id', 'free', '/-/second/none'),
  row('POST /-/second/:id', 'free', '/-/second/none', {}),
  row('GET /-/docs/api', 'free', '/-/docs/api'),
  row('GET /-/login', 'free', '/-/login'),
  row('POST /-/login', 'free', '/-/login', {}),
  // Pages know people by their cookie alone
  row('POST /-/logout', 'free', '/-/logout', {}),
  row('GET /-/account/security', 'free', '/-/account/security'),
  ...[
    'confirm',
    'app',
    'app/confirm',
    'codes',
    'passkeys',
    'passkeys/add',
    'passkeys/remove',
    'end',
    'sessions/end',
  ].map((action) => row(`POST /-/account/security/${action}`, 'free', `/-/account/security/${action}`, {})),
  row('GET /-/invite/:secret', 'free', '/-/invite/none'),
  row('POST /-/invite/:secret', 'free', '/-/invite/none', {}),
  row('GET /-/reset/:secret', 'free', '/-/reset/none'),
  row('POST /-/reset/:secret', 'free', '/-/reset/none', {}),
  row('POST /-/npm/v1/security/advisories/bulk', 'free', '/-/npm/v1/security/advisories/bulk', {}),
  row('POST /-/npm/v1/security/audits', 'free', '/-/npm/v1/security/audits', {}),
  row('POST /-/npm/v1/security/audits/quick', 'free', '/-/npm/v1/security/audits/quick', {}),
]

const ofGeneric = '/generic/:package{[@a-z0-9][^/]*}'
const listing = `GET ${ofGeneric}`
const ofFiles: readonly Row[] = [
  row(listing, 'read', ({ name }) => `/generic/${name}`),
  row(`${listing}/:version`, 'read', ({ name }) => `/generic/${name}/1.0.0`),
  row(`${listing}/:version/:file`, 'read', ({ name }) => `/generic/${name}/1.0.0/file.bin`),
  row(`${listing}/:version/:file`, 'read', ({ name }) => `/generic/${name}/1.0.0/file.bin.sha256`),
  ...['DELETE', 'PATCH', 'POST', 'PUT'].map((method) =>
    row(`${method} ${ofGeneric}/:version/:file?`, 'free', ({ name }) => `/generic/${name}/1.0.0/file.bin`),
  ),
]

/** Every route, with what it takes to be let through. A route that is not here fails the test. */
export const rows: readonly Row[] = [
  ...ofPackages,
  ...ofFiles,
  ...ofOrganisations,
  ...ofAccounts,
  ...forEverybody,
  ...rowsOfApi,
]
