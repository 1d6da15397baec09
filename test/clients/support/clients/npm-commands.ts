import { type Commands, type Dialogue, noCommands } from '../commands.ts'

const credentials = [
  { when: /Username:/, answer: 'username' },
  { when: /Password:/, answer: 'password' },
] as const

function newToken(...options: readonly string[]): Dialogue {
  const args = ['token', 'create', '--name=ci', '--packages-all', ...options]
  return { args, terminal: false, prompts: [{ when: /password/i, answer: 'password' }] }
}

/** npm's commands; pnpm 10 hands them on to npm as they are. */
export const npmCommands: Commands = {
  ...noCommands,
  ping: ['ping'],
  whoami: ['whoami'],
  logout: ['logout'],
  login: { args: ['login', '--auth-type=legacy'], terminal: false, prompts: credentials },
  webLogin: { args: ['login'], terminal: false, prompts: [] },
  addUser: {
    args: ['adduser', '--auth-type=legacy'],
    terminal: false,
    prompts: [...credentials, { when: /Email/, answer: 'email' }],
  },
  view: (spec) => ['view', spec, '--json'],
  viewField: (spec, field) => ['view', spec, field],
  outdated: ['outdated'],
  pack: (spec) => ['pack', spec],
  search: (word) => ['search', word],
  audit: ['audit'],
  tags: {
    list: (name) => ['dist-tag', 'ls', name],
    add: (name, version, tag) => ['dist-tag', 'add', `${name}@${version}`, tag],
    remove: (name, tag) => ['dist-tag', 'rm', name, tag],
  },
  deprecate: (spec, message) => ['deprecate', spec, message],
  undeprecate: (spec) => ['deprecate', spec, ''],
  unpublish: (spec) => ['unpublish', spec],
  unpublishAll: (name) => ['unpublish', name, '--force'],
  owners: {
    list: (name) => ['owner', 'ls', name],
    add: (name, user) => ['owner', 'add', user, name],
    remove: (name, user) => ['owner', 'rm', user, name],
  },
  access: {
    status: (name) => ['access', 'get', 'status', name],
    set: (name, status) => ['access', 'set', `status=${status}`, name],
    collaborators: (name) => ['access', 'list', 'collaborators', name],
    packages: (holder) => ['access', 'list', 'packages', holder],
    factor: (name, level) => ['access', 'set', `mfa=${level}`, name],
    grant: (right, team, name) => ['access', 'grant', right, team, name],
    revoke: (team, name) => ['access', 'revoke', team, name],
  },
  orgs: {
    set: (org, user, role) => ['org', 'set', org, user, role],
    list: (org) => ['org', 'ls', org, '--json'],
    remove: (org, user) => ['org', 'rm', org, user],
  },
  teams: {
    create: (team) => ['team', 'create', team],
    destroy: (team) => ['team', 'destroy', team],
    add: (team, user) => ['team', 'add', team, user],
    remove: (team, user) => ['team', 'rm', team, user],
    list: (from) => ['team', 'ls', from, '--json'],
  },
  stars: {
    add: (name) => ['star', name],
    remove: (name) => ['unstar', name],
    mine: ['stars'],
    of: (user) => ['stars', user],
  },
  tokens: {
    list: ['token', 'list'],
    create: newToken('--packages-and-scopes-permission=read-only'),
    automation: newToken('--packages-and-scopes-permission=read-write', '--bypass-2fa'),
    revoke: (id) => ['token', 'revoke', id],
  },
  profile: {
    get: (field) => ['profile', 'get', field],
    set: (field, value) => ['profile', 'set', field, value],
  },
  foreign: ['team', 'ls', 'acme'],
}
