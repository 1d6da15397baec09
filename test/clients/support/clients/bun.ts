import { join } from 'node:path'
import { type Client, lacking } from '../client.ts'
import { nativeProgram, versionOf } from '../install.ts'
import { authLine, option } from './settings.ts'

export const bun: Client = {
  id: 'bun',
  label: 'bun',
  get version() {
    return versionOf('bun')
  },
  program: () => [nativeProgram('@oven', 'bun-', 'bin/bun')],
  environment: (home) => ({
    BUN_INSTALL: join(home, '.bun'),
    BUN_INSTALL_CACHE_DIR: join(home, '.bun/cache'),
    DO_NOT_TRACK: '1',
  }),
  settings: (access) => ({ '.npmrc': [`registry=${access.registry}`, ...authLine(access)] }),
  projectFiles: {},
  lockFile: 'bun.lock',
  publish: ({ tag, access }) => ['publish', ...option('--tag', tag), ...option('--access', access)],
  publishArchive: (file) => ['publish', file],
  install: ['install', '--no-frozen-lockfile'],
  frozenInstall: ['install', '--frozen-lockfile'],
  add: (spec) => ['add', spec],
  view: (spec) => ['info', spec, '--json'],
  ping: lacking,
  logout: lacking,
  login: { args: lacking, terminal: false, prompts: [] },
  tags: { list: () => lacking, add: () => lacking, remove: () => lacking },
  whoami: ['pm', 'whoami'],
  runBin: (program, ...args) => ['run', program, ...args],
  without: {
    ping: 'no such command',
    login: 'no such command; use `npm login`, whose `.npmrc` bun reads',
    logout: 'no such command',
    tags: 'no such command; `bun publish --tag` sets one',
    age_gate: 'has no age gate unless asked for (`minimumReleaseAge`)',
  },
  notes: [],
}
