import { join } from 'node:path'
import type { Client } from '../client.ts'
import { modules, versionOf } from '../install.ts'
import { npmCommands } from './npm-commands.ts'
import { authLine, because, factorPage, publishOptions } from './settings.ts'

function npm(id: string, major: number, missing: Client['without'] = {}): Client {
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
    publish: (options) => ['publish', ...publishOptions(options)],
    asksFactor: { by: 'page', when: factorPage },
    publishArchive: (file) => ['publish', file],
    install: ['install'],
    frozenInstall: ['ci'],
    add: (spec) => ['install', spec],
    runBin: (program, ...args) => ['exec', '--offline', '--', program, ...args],
    commands: npmCommands,
    without: { ...missing, ...without },
    notes: [],
  }
}

const without = {
  age_gate: 'has no age gate unless asked for (`min-release-age`)',
  audit_signatures: 'asks a fixed public host (Sigstore) for its own keys first',
} satisfies Client['without']

export const npm11 = npm('npm11', 11)
export const npm12 = npm('npm12', 12, because('was removed in npm 12', 'add_user', 'stars'))
