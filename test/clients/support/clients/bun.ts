import { join } from 'node:path'
import type { Client } from '../client.ts'
import { noCommands } from '../commands.ts'
import { nativeProgram, versionOf } from '../install.ts'
import { authLine, because, factorPage, publishOptions } from './settings.ts'

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
  publish: (options) => ['publish', ...publishOptions(options)],
  asksFactor: { by: 'page', when: factorPage },
  publishArchive: (file) => ['publish', file],
  install: ['install', '--no-frozen-lockfile'],
  frozenInstall: ['install', '--frozen-lockfile'],
  add: (spec) => ['add', spec],
  runBin: (program, ...args) => ['run', program, ...args],
  commands: {
    ...noCommands,
    whoami: ['pm', 'whoami'],
    view: (spec) => ['info', spec, '--json'],
    viewField: (spec, field) => ['info', spec, field],
    outdated: ['outdated'],
    audit: ['audit'],
  },
  without: {
    ...because('no such command', 'ping', 'logout', 'profile', 'tokens', 'search', 'deprecate', 'unpublish'),
    ...because(
      'no such command',
      'unpublish_all',
      'owners_list',
      'owners',
      'access',
      'package_factor',
      'automation_factor',
      'orgs',
      'teams',
      'teams_list',
      'grants',
      'stars',
      'audit_signatures',
      'foreign',
    ),
    ...because('no such command; use `npm login`, whose `.npmrc` bun reads', 'login', 'web_login', 'add_user'),
    pack: '`bun pm pack` packs the folder only',
    tags: 'no such command; `bun publish --tag` sets one',
    age_gate: 'has no age gate unless asked for (`minimumReleaseAge`)',
  },
  notes: [],
}
