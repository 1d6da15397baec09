import { join } from 'node:path'
import type { Client } from '../client.ts'
import { modules, versionOf } from '../install.ts'
import { authLine, option } from './settings.ts'

function npm(id: string, major: number): Client {
  return {
    id,
    label: `npm ${major}`,
    get version() {
      return versionOf(id)
    },
    program: () => [process.execPath, join(modules, id, 'bin/npm-cli.js')],
    environment: (home) => ({ npm_config_cache: join(home, '.npm'), npm_config_update_notifier: 'false' }),
    settings: (access) => ({ '.npmrc': [`registry=${access.registry}`, ...authLine(access)] }),
    projectFiles: {},
    lockFile: 'package-lock.json',
    publish: ({ tag, access }) => ['publish', ...option('--tag', tag), ...option('--access', access)],
    publishArchive: (file) => ['publish', file],
    install: ['install'],
    frozenInstall: ['ci'],
    add: (spec) => ['install', spec],
    view: (spec) => ['view', spec, '--json'],
    ping: ['ping'],
    whoami: ['whoami'],
    logout: ['logout'],
    login: {
      args: ['login', '--auth-type=legacy'],
      terminal: false,
      prompts: [
        { when: /Username:/, answer: 'username' },
        { when: /Password:/, answer: 'password' },
      ],
    },
    tags: {
      list: (name) => ['dist-tag', 'ls', name],
      add: (name, version, tag) => ['dist-tag', 'add', `${name}@${version}`, tag],
      remove: (name, tag) => ['dist-tag', 'rm', name, tag],
    },
    runBin: (program, ...args) => ['exec', '--offline', '--', program, ...args],
    without: { age_gate: 'has no age gate unless asked for (`min-release-age`)' },
    notes: [],
  }
}

export const npm11 = npm('npm11', 11)
export const npm12 = npm('npm12', 12)
