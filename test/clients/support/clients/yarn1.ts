import { join } from 'node:path'
import { type Client, lacking } from '../client.ts'
import { modules, versionOf } from '../install.ts'
import { authLine, option } from './settings.ts'

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
  publish: ({ tag, access }) => [
    'publish',
    '--non-interactive',
    ...option('--tag', tag),
    ...option('--access', access),
  ],
  publishArchive: (file) => ['publish', file, '--non-interactive'],
  install: ['install', '--non-interactive'],
  frozenInstall: ['install', '--non-interactive', '--frozen-lockfile'],
  add: (spec) => ['add', '--non-interactive', spec],
  view: (spec) => ['info', spec, '--json'],
  ping: lacking,
  whoami: lacking,
  logout: lacking,
  login: { args: lacking, terminal: false, prompts: [] },
  tags: {
    list: (name) => ['tag', 'list', name],
    add: (name, version, tag) => ['tag', 'add', `${name}@${version}`, tag],
    remove: (name, tag) => ['tag', 'remove', name, tag],
  },
  runBin: (program, ...args) => ['--silent', 'run', program, ...args],
  without: {
    ping: 'no such command',
    login: '`yarn login` notes a name only; the password is asked for at each publish. Use a token',
    whoami: 'no such command',
    logout: '`yarn logout` forgets what `yarn login` noted; there is no token to end',
    age_gate: 'has no age gate',
  },
  notes: [
    'Without `always-auth=true` it sends the token for scoped packages only, so that private ones without a scope are not found.',
  ],
}
