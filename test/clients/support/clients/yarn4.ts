import { join } from 'node:path'
import type { Client } from '../client.ts'
import { lacking, noCommands } from '../commands.ts'
import { modules, versionOf } from '../install.ts'
import { because, publishOptions } from './settings.ts'

export const yarn4: Client = {
  id: 'yarn4',
  label: 'yarn 4',
  get version() {
    return versionOf('yarn4')
  },
  program: () => [process.execPath, join(modules, 'yarn4/bin/yarn.js')],
  environment: (home) => ({ YARN_GLOBAL_FOLDER: join(home, '.yarn/berry'), YARN_ENABLE_TELEMETRY: '0' }),
  settings: ({ registry, token }) => ({
    '.yarnrc.yml': [
      `npmRegistryServer: "${registry.replace(/\/$/, '')}"`,
      ...(registry.startsWith('http:') ? [`unsafeHttpWhitelist: ["${new URL(registry).hostname}"]`] : []),
      ...(token === undefined ? [] : [`npmAuthToken: "${token}"`, 'npmAlwaysAuth: true']),
      'npmPublishAccess: restricted',
      'npmMinimalAgeGate: 0',
      'nodeLinker: node-modules',
    ],
  }),
  // A project is where a lock file is; an empty one will do.
  projectFiles: { 'yarn.lock': '' },
  lockFile: 'yarn.lock',
  publish: (options) => ['npm', 'publish', ...publishOptions(options)],
  asksFactor: { by: 'code', when: /One-time password/ },
  publishArchive: () => lacking,
  beforePublish: ['install', '--no-immutable'],
  install: ['install', '--no-immutable'],
  frozenInstall: ['install', '--immutable'],
  add: (spec) => ['add', spec],
  runBin: (program, ...args) => ['run', program, ...args],
  commands: {
    ...noCommands,
    whoami: ['npm', 'whoami'],
    login: {
      args: ['npm', 'login'],
      terminal: true,
      prompts: [
        { when: /Username/, answer: 'username' },
        { when: /Password/, answer: 'password' },
      ],
    },
    webLogin: {
      args: ['npm', 'login', '--web-login'],
      terminal: true,
      prompts: [{ when: /open your browser/, answer: 'no' }],
    },
    view: (spec) => ['npm', 'info', spec, '--json'],
    viewField: (spec, field) => ['npm', 'info', spec, '--fields', field],
    audit: ['npm', 'audit'],
    tags: {
      list: (name) => ['npm', 'tag', 'list', name],
      add: (name, version, tag) => ['npm', 'tag', 'add', `${name}@${version}`, tag],
      remove: (name, tag) => ['npm', 'tag', 'remove', name, tag],
    },
    foreign: ['npm', 'stage', 'list'],
  },
  without: {
    ...because('no such command', 'ping', 'add_user', 'profile', 'tokens', 'deprecate', 'unpublish', 'unpublish_all'),
    ...because('no such command', 'orgs', 'teams', 'teams_list', 'grants', 'package_factor', 'automation_factor'),
    ...because('no such command', 'owners_list', 'owners', 'access', 'stars', 'audit_signatures'),
    logout: 'forgets the token without a request; end it with `npm logout`',
    refused_path: 'cannot publish an archive as it is',
    outdated: 'no such command; `yarn upgrade-interactive` shows newer versions',
    pack: '`yarn pack` packs the folder only',
    search: 'asks a fixed public service (Algolia)',
    deprecated_shown: 'installs without a word; `yarn npm audit` would tell',
  },
  notes: [
    'Without `npmAlwaysAuth` it sends the token for scoped packages only, so that private ones without a scope are not found.',
    'Without `npmPublishAccess` it asks for every package without a scope to be **public**, so that anybody who may reach the registry can read it; `--access public` still makes one so.',
    'It refuses releases that are younger than a day; `npmMinimalAgeGate: 0` ends that, or `npmPreapprovedPackages: ["@acme/*"]` for some packages.',
    'A registry at `http:`, as `npm start` makes one, needs `unsafeHttpWhitelist: ["localhost"]` too.',
    '`nodeLinker: node-modules` is how it is tested, so that installed files can be compared; it is not needed.',
    'It does not compare a tarball with the digest in the metadata; its lock file has a checksum of its own.',
  ],
}
