import type { Commands } from '../commands.ts'
import { npmCommands } from './npm-commands.ts'

const ownLogin = {
  terminal: true,
  prompts: [
    { when: /Username/, answer: 'username' },
    { when: /Password/, answer: 'password' },
    { when: /Email/, answer: 'email' },
  ],
} as const

/** The commands of pnpm since 11, which speaks to registries itself; most are called as npm's. */
export const pnpmCommands: Commands = {
  ...npmCommands,
  login: { args: ['login'], ...ownLogin },
  addUser: { args: ['adduser'], ...ownLogin },
  auditSignatures: ['audit', 'signatures'],
  undeprecate: (spec) => ['undeprecate', spec],
  owners: {
    list: (name) => ['owner', 'ls', name],
    add: (name, user) => ['owner', 'add', name, user],
    remove: (name, user) => ['owner', 'rm', name, user],
  },
  tokens: {
    ...npmCommands.tokens,
    create: {
      args: ['token', 'create', '--read-only'],
      terminal: true,
      prompts: [{ when: /Password/, answer: 'password' }],
    },
  },
  foreign: ['team', 'ls', '@acme'],
}
