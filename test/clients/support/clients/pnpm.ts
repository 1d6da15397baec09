import { join } from 'node:path'
import type { Client } from '../client.ts'
import { modules, nativeProgram, versionOf } from '../install.ts'
import { npmCommands } from './npm-commands.ts'
import { pnpmCommands } from './pnpm-commands.ts'
import { authLine, because, factorPage, publishOptions } from './settings.ts'

/** What all pnpm have in common. */
const common = {
  environment: (home: string) => ({ PNPM_HOME: join(home, '.pnpm') }),
  settings: (access) => ({ '.npmrc': [`registry=${access.registry}`, ...authLine(access)] }),
  lockFile: 'pnpm-lock.yaml',
  publish: (options) => ['publish', '--no-git-checks', ...publishOptions(options)],
  asksFactor: { by: 'page', when: factorPage },
  publishArchive: (file) => ['publish', '--no-git-checks', file],
  install: ['install', '--no-frozen-lockfile'],
  frozenInstall: ['install', '--frozen-lockfile'],
  add: (spec) => ['add', spec],
  runBin: (program, ...args) => ['exec', program, ...args],
} satisfies Partial<Client>

const onlyTheFolder = { pack: '`pnpm pack` packs the folder only' } satisfies Client['without']

/** Hands all that speaks to a registry, except installing, to the npm on the path. */
export const pnpm10: Client = {
  ...common,
  id: 'pnpm10',
  label: 'pnpm 10',
  get version() {
    return versionOf('pnpm10')
  },
  program: () => [process.execPath, join(modules, 'pnpm10/bin/pnpm.cjs')],
  projectFiles: {},
  commands: npmCommands,
  without: {
    ...onlyTheFolder,
    ...because('no such command', 'audit_signatures', 'orgs'),
    age_gate: 'has no age gate unless asked for (`minimumReleaseAge`)',
  },
  notes: ['It hands `login`, `publish`, `view`, `dist-tag` and the like to the `npm` on the path; tested with npm 11.'],
}

const without11 = {
  ...onlyTheFolder,
  orgs: 'no such command',
  teams_list: 'reads names where npm’s protocol has none',
  automation_factor: '`set mfa=automation` sends what `set mfa=publish` does',
} satisfies Client['without']

/** What pnpm has in common since 11, where it speaks to registries itself. */
const since11 = {
  ...common,
  projectFiles: { 'pnpm-workspace.yaml': "minimumReleaseAgeExclude: ['*']\n" },
  commands: pnpmCommands,
  without: without11,
  notes: [
    'It passes over releases that are younger than a day as long as an older one fits. When none does it takes the fresh one and writes it into `minimumReleaseAgeExclude` itself, or refuses it when `minimumReleaseAgeStrict` is set. The setting takes names and patterns such as `@acme/*`.',
    '`pnpm login` asks for an e-mail address, which the registry does not use.',
  ],
} satisfies Partial<Client>

export const pnpm11: Client = {
  ...since11,
  id: 'pnpm11',
  label: 'pnpm 11',
  get version() {
    return versionOf('pnpm11')
  },
  program: () => [process.execPath, join(modules, 'pnpm11/bin/pnpm.mjs')],
  without: { ...without11, ...because('says that it is not implemented yet; use npm', 'profile', 'tokens') },
}

/** The native program. */
export const pnpm12: Client = {
  ...since11,
  id: 'pnpm12',
  label: 'pnpm 12',
  get version() {
    return versionOf(`@pnpm/exe.${process.platform}-${process.arch}`)
  },
  program: () => [nativeProgram('@pnpm', 'exe.', 'pnpm')],
}
