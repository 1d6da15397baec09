import { type Commands, noCommands } from '../commands.ts'

const credentials = [
  { when: /Username:/, answer: 'username' },
  { when: /Password:/, answer: 'password' },
] as const

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
    packages: (user) => ['access', 'list', 'packages', user],
  },
  stars: {
    add: (name) => ['star', name],
    remove: (name) => ['unstar', name],
    mine: ['stars'],
    of: (user) => ['stars', user],
  },
  tokens: {
    list: ['token', 'list'],
    create: {
      args: ['token', 'create', '--name=ci', '--packages-all', '--packages-and-scopes-permission=read-only'],
      terminal: false,
      prompts: [{ when: /password/i, answer: 'password' }],
    },
    revoke: (id) => ['token', 'revoke', id],
  },
  profile: {
    get: (field) => ['profile', 'get', field],
    set: (field, value) => ['profile', 'set', field, value],
  },
  foreign: ['team', 'ls', 'acme'],
}
