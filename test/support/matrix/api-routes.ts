import { escaped, type Row, row, type Thing } from './row.ts'

/** The rows of `/api/v1`, by resource. What would change something asks for somebody, or a version, that is not there. */
const one = '/api/v1/packages/:format/:package'
const at = (rest: string) => (it: Thing) => `/api/v1/packages/npm/${escaped(it)}${rest}`
const version = `${one}/versions/:version`
const newFile = ({ name }: Thing) => ({ package: name, version: '1.0.0', filename: 'file.bin', sizeBytes: 1 })

const ofPackages: readonly Row[] = [
  row(`GET ${one}`, 'read', at('')),
  row(`GET ${one}/versions`, 'look', at('/versions')),
  row(`GET ${version}`, 'look', at('/versions/1.0.0')),
  row(`GET ${version}/report`, 'read', at('/versions/1.0.0/report')),
  row(`GET ${version}/report`, 'inspect', at('/versions/9.9.9/report')),
  row(`GET ${one}/access`, 'look', at('/access')),
  row(`GET ${one}/history`, 'history', at('/history')),
  row('GET /api/v1/stats/packages/:format/:package', 'look', (it) => `/api/v1/stats/packages/npm/${escaped(it)}`),
  row('GET /api/v1/stats/packages/:format/:package/versions/:version', 'look', (it) => {
    return `/api/v1/stats/packages/npm/${escaped(it)}/versions/1.0.0`
  }),
  row(`DELETE ${version}`, 'change', at('/versions/9.9.9')),
  row(`PUT ${version}/deprecation`, 'change', at('/versions/9.9.9/deprecation'), { text: 'old' }),
  row(`DELETE ${version}/deprecation`, 'change', at('/versions/9.9.9/deprecation')),
  row(`PUT ${one}/tags/:tag`, 'change', at('/tags/none'), { version: '9.9.9' }),
  row(`DELETE ${one}/tags/:tag`, 'change', at('/tags/none')),
  row(`PATCH ${one}/settings`, 'manage', at('/settings'), {}),
  row(`PUT ${one}/owners/:username`, 'manage', at('/owners/nobody')),
  row(`DELETE ${one}/owners/:username`, 'manage', at('/owners/nobody')),
  row(`PUT ${one}/access/users/:username`, 'manage', at('/access/users/nobody'), { right: 'read' }),
  row(`DELETE ${one}/access/users/:username`, 'manage', at('/access/users/nobody')),
  row(`PUT ${one}/access/teams/:organisation/:team`, 'manage', at('/access/teams/acme/none'), { right: 'read' }),
  row(`DELETE ${one}/access/teams/:organisation/:team`, 'manage', at('/access/teams/acme/none')),
  row(`PUT ${one}/sensitive`, 'manage', at('/sensitive'), { teams: ['none'] }),
  row(`PUT ${one}/holder`, 'manage', at('/holder'), {}),
  row(`GET ${one}/check`, 'history', at('/check')),
  { ...row(`PUT ${one}/check`, 'manage', at('/check')), mediaType: 'text/javascript' },
  row(`DELETE ${one}/check`, 'manage', at('/check')),
  // Put on, and taken off again
  row(`PUT ${one}/lock`, 'manage', at('/lock'), { reason: 'a test' }),
  row(`DELETE ${one}/lock`, 'manage', at('/lock')),
  row(`PUT ${version}/block`, 'adminWrites', at('/versions/9.9.9/block'), { reason: 'a test' }),
  row(`DELETE ${version}/block`, 'adminWrites', at('/versions/9.9.9/block')),
  row(`PUT ${one}/block`, 'adminWrites', at('/block'), { reason: 'a test' }),
  row(`DELETE ${one}/block`, 'adminWrites', at('/block')),
  { ...row(`DELETE ${one}/sensitive`, 'manage', at('/sensitive')), endsSensitivity: true },
  row('POST /api/v1/uploads', 'publish', '/api/v1/uploads', newFile),
  row('POST /api/validate', 'publish', '/api/validate', newFile),
  row('GET /api/v1/packages', 'seeAll', '/api/v1/packages'),
  row('GET /api/v1/stats', 'seeAll', '/api/v1/stats'),
  row('GET /api/v1/stats/stored/:holders', 'seeAll', '/api/v1/stats/stored/users'),
  row('GET /api/v1/stats/unused/:format', 'seeAll', '/api/v1/stats/unused/npm'),
  row('GET /api/v1/stats/top/:format', 'open', '/api/v1/stats/top/npm'),
  row('GET /api/v1/users/:username/packages', 'open', '/api/v1/users/owner/packages'),
]

const org = '/api/v1/organisations/:organisation'
const ofOrg = (rest: string) => (it: Thing) => `/api/v1/organisations/${it.org}${rest}`

const ofOrganisations: readonly Row[] = [
  row('GET /api/v1/organisations', 'signedIn', '/api/v1/organisations'),
  row('POST /api/v1/organisations', 'newOrg', '/api/v1/organisations', { name: 'eve' }),
  row(`GET ${org}`, 'orgSee', ofOrg('')),
  row(`DELETE ${org}`, 'orgAppoint', ofOrg('')),
  row(`GET ${org}/members`, 'orgSee', ofOrg('/members')),
  row(`PUT ${org}/members/:username`, 'orgManage', ofOrg('/members/tina'), { role: 'member' }),
  row(`DELETE ${org}/members/:username`, 'orgManage', ofOrg('/members/rita')),
  row(`GET ${org}/packages`, 'orgSee', ofOrg('/packages')),
  row('GET /api/v1/stats/organisations/:organisation', 'orgSee', (it) => `/api/v1/stats/organisations/${it.org}`),
  row(`PUT ${org}/quota`, 'adminWrites', ofOrg('/quota'), {}),
  row(`DELETE ${org}/quota`, 'adminWrites', ofOrg('/quota')),
  row(`GET ${org}/teams`, 'orgSee', ofOrg('/teams')),
  row(`POST ${org}/teams`, 'orgManage', ofOrg('/teams'), { name: 'readers' }),
  row(`PATCH ${org}/teams/:team`, 'orgManage', ofOrg('/teams/none'), { description: 'x' }),
  row(`DELETE ${org}/teams/:team`, 'orgManage', ofOrg('/teams/none')),
  row(`GET ${org}/teams/:team/members`, 'orgSee', ofOrg('/teams/readers/members')),
  row(`GET ${org}/teams/:team/packages`, 'orgSee', ofOrg('/teams/readers/packages')),
  row(`PUT ${org}/teams/:team/members/:username`, 'orgManage', ofOrg('/teams/readers/members/tina')),
  row(`DELETE ${org}/teams/:team/members/:username`, 'orgManage', ofOrg('/teams/readers/members/outsider')),
]

const user = '/api/v1/users/:username'
const nobody = (rest = '') => `/api/v1/users/nobody${rest}`

const factor = '/api/v1/auth/second-factor'
const noPasskey = { id: '', rawId: '', type: 'public-key', response: { clientDataJSON: '', attestationObject: '' } }

const ofPeople: readonly Row[] = [
  row('GET /api/v1/auth/me', 'signedIn', '/api/v1/auth/me'),
  { ...row('POST /api/v1/auth/logout', 'loginFirst', '/api/v1/auth/logout'), withoutToken: true },
  row('PATCH /api/v1/auth/me', 'account', '/api/v1/auth/me', { email: 'none' }),
  row('GET /api/v1/auth/sessions', 'account', '/api/v1/auth/sessions'),
  // It would end all that the others are asked with
  { ...row('DELETE /api/v1/auth/sessions', 'loginFirst', '/api/v1/auth/sessions'), withoutToken: true },
  row('DELETE /api/v1/auth/sessions/:id', 'account', '/api/v1/auth/sessions/none'),
  row(`GET ${factor}`, 'account', factor),
  row(`POST ${factor}/app`, 'account', `${factor}/app`, { password: 'wrong', mode: 'auth-only' }),
  row(`POST ${factor}/app/confirm`, 'account', `${factor}/app/confirm`, { code: '000000' }),
  row(`PUT ${factor}/mode`, 'account', `${factor}/mode`, { password: 'wrong', mode: 'auth-only' }),
  row(`POST ${factor}/recovery-codes`, 'account', `${factor}/recovery-codes`, { password: 'wrong' }),
  row(`POST ${factor}/end`, 'account', `${factor}/end`, { password: 'wrong' }),
  row(`POST ${factor}/passkeys`, 'account', `${factor}/passkeys`, { password: 'wrong', name: 'key' }),
  row(`POST ${factor}/passkeys/confirm`, 'account', `${factor}/passkeys/confirm`, { passkey: noPasskey }),
  row(`PATCH ${factor}/passkeys/:id`, 'account', `${factor}/passkeys/none`, { name: 'key' }),
  row(`DELETE ${factor}/passkeys/:id`, 'account', `${factor}/passkeys/none`),
  row(`DELETE ${user}/second-factor`, 'adminWrites', nobody('/second-factor')),
  row(`GET ${user}/sessions`, 'adminReads', nobody('/sessions')),
  row(`DELETE ${user}/sessions/:id`, 'adminWrites', nobody('/sessions/none')),
  row('GET /api/v1/tokens', 'account', '/api/v1/tokens'),
  row('POST /api/v1/tokens', 'account', '/api/v1/tokens', { password: 'wrong', name: 'x', kind: 'read' }),
  row('GET /api/v1/tokens/:id', 'account', '/api/v1/tokens/none'),
  row('DELETE /api/v1/tokens/:id', 'account', '/api/v1/tokens/none'),
  row('GET /api/v1/history/:username', 'eves', '/api/v1/history/eve'),
  row('GET /api/v1/stats/users/:username', 'eves', '/api/v1/stats/users/eve'),
  row('GET /api/v1/users', 'adminReads', '/api/v1/users'),
  row(`GET ${user}`, 'adminReads', nobody()),
  row(`DELETE ${user}`, 'adminWrites', nobody()),
  row(`PUT ${user}/roles`, 'adminWrites', nobody('/roles'), { roles: ['reader'] }),
  row(`PUT ${user}/quota`, 'adminWrites', nobody('/quota'), {}),
  row(`DELETE ${user}/quota`, 'adminWrites', nobody('/quota')),
  row(`PUT ${user}/disabled`, 'adminWrites', nobody('/disabled'), { reason: 'left' }),
  row(`DELETE ${user}/disabled`, 'adminWrites', nobody('/disabled')),
  row(`DELETE ${user}/logins`, 'adminActs', nobody('/logins')),
  row(`POST ${user}/password-resets`, 'adminWrites', nobody('/password-resets')),
  row('POST /api/v1/invitations', 'adminWrites', '/api/v1/invitations', { roles: ['reader'] }),
  row('GET /api/v1/invitations', 'adminReads', '/api/v1/invitations'),
  row('DELETE /api/v1/invitations/:id', 'adminWrites', '/api/v1/invitations/none'),
  row('GET /api/v1/audit', 'seeAll', '/api/v1/audit'),
  row('GET /api/v1/audit/export', 'seeAll', '/api/v1/audit/export'),
]

const upload = '/api/v1/uploads/:id'
/** Somebody's own: those of others are as good as none. */
const ofUploads: readonly Row[] = [
  row('GET /api/v1/uploads', 'signedIn', '/api/v1/uploads'),
  row(`GET ${upload}`, 'signedIn', '/api/v1/uploads/none'),
  row(`DELETE ${upload}`, 'ownChange', '/api/v1/uploads/none'),
  row(`GET ${upload}/report`, 'signedIn', '/api/v1/uploads/none/report'),
  row(`GET ${upload}/parts`, 'signedIn', '/api/v1/uploads/none/parts'),
  row(`POST ${upload}/parts`, 'ownChange', '/api/v1/uploads/none/parts', {
    parts: [{ number: 1, sha256: '0'.repeat(64) }],
  }),
  row(`POST ${upload}/complete`, 'ownChange', '/api/v1/uploads/none/complete', {}),
  row('PUT /api/packages/:id/part', 'ownChange', `/api/packages/none/part?sha256=${'a'.repeat(64)}`),
  row('POST /api/packages/:id/part', 'ownChange', `/api/packages/none/part?sha256=${'a'.repeat(64)}`),
  row('POST /api/packages/:id/commit', 'ownChange', '/api/packages/none/commit'),
  row('POST /api/packages/:id/abort', 'ownChange', '/api/packages/none/abort'),
]

const forEverybody: readonly Row[] = [
  row('GET /api/v1/openapi.json', 'free', '/api/v1/openapi.json'),
  row('GET /api/health', 'free', '/api/health'),
  row('GET /api/v1/schemas/report', 'free', '/api/v1/schemas/report'),
  row('POST /api/v1/auth/login', 'free', '/api/v1/auth/login', {}),
  row('POST /api/v1/auth/sessions', 'free', '/api/v1/auth/sessions', {}),
  row('POST /api/v1/auth/register', 'free', '/api/v1/auth/register', {}),
  row('POST /api/v1/auth/reset', 'free', '/api/v1/auth/reset', {}),
  row('POST /api/v1/invitations/accept', 'free', '/api/v1/invitations/accept', {}),
]

export const rowsOfApi: readonly Row[] = [...ofPackages, ...ofUploads, ...ofOrganisations, ...ofPeople, ...forEverybody]
