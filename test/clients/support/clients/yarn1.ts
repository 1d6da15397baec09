import { join } from 'node:path'
import type { Client } from '../client.ts'
import { noCommands } from '../commands.ts'
import { modules, versionOf } from '../install.ts'
import { authLine, because, publishOptions } from './settings.ts'

export const yarn1: Client = {
  id: 'yarn1',
  label: 'yarn 1',
  get version() {
    return versionOf('yarn1')
  },
  program: () => [process.execPath, join(modules, 'yarn1/bin/yarn.js')],
  environment: (home) => ({ YARN_CACHE_FOLDER: join(home, '.yarn-cache') }),
  settings: (access) => ({
    '.npmrc': [
      `registry=${access.registry}`,
      ...authLine(access),
      ...(access.token === undefined ? [] : ['always-auth=true']),
    ],
  }),
  projectFiles: {},
  lockFile: 'yarn.lock',
  publish: (options) => ['publish', '--non-interactive', ...publishOptions(options)],
  asksFactor: { by: 'code', when: /one-time password/i },
  publishArchive: (file) => ['publish', file, '--non-interactive'],
  install: ['install', '--non-interactive'],
  frozenInstall: ['install', '--non-interactive', '--frozen-lockfile'],
  add: (spec) => ['add', '--non-interactive', spec],
  runBin: (program, ...args) => ['--silent', 'run', program, ...args],
  commands: {
    ...noCommands,
    view: (spec) => ['info', spec, '--json'],
    viewField: (spec, field) => ['info', spec, field],
    outdated: ['outdated'],
    tags: {
      list: (name) => ['tag', 'list', name],
      add: (name, version, tag) => ['tag', 'add', `${name}@${version}`, tag],
      remove: (name, tag) => ['tag', 'remove', name, tag],
    },
    owners: { ...noCommands.owners, list: (name) => ['owner', 'list', name] },
    foreign: ['team', 'list', 'acme'],
  },
  without: {
    ...because('no such command', 'ping', 'whoami', 'web_login', 'add_user', 'profile', 'tokens', 'search'),
    ...because('no such command', 'orgs', 'grants', 'package_factor', 'automation_factor'),
    ...because('no such command', 'deprecate', 'unpublish', 'unpublish_all', 'stars', 'audit_signatures'),
    ...because('asks addresses that npm’s protocol does not have', 'teams', 'teams_list'),
    login: '`yarn login` notes a name only; the password is asked for at each publish. Use a token',
    logout: '`yarn logout` forgets what `yarn login` noted; there is no token to end',
    pack: '`yarn pack` packs the folder only',
    owners: '`add` reads the owners where npm’s protocol has none, and `remove` sends nothing: use npm',
    access: '`yarn access` says that it is not implemented',
    age_gate: 'has no age gate',
    audit: 'asks a fixed public host (`registry.yarnpkg.com`), whatever its settings say',
  },
  notes: [
    'Without `always-auth=true` it sends the token for scoped packages only, so that private ones without a scope are not found.',
  ],
}
