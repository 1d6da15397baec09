import type { Args, Commands } from './commands.ts'
import type { Row } from './rows.ts'

/** What somebody has to reach a registry: its address, with a slash at the end, and a token or none. */
export interface Access {
  readonly registry: string
  readonly token?: string
}

export interface PublishOptions {
  readonly tag?: string
  readonly access?: 'public' | 'restricted'
  /** A code of a second factor. */
  readonly otp?: string
}

/** One package manager: how to call it, how to set it up, and what it cannot do. */
export interface Client {
  readonly id: string
  /** As the docs call it. */
  readonly label: string
  readonly version: string
  program(): readonly string[]
  /** What it needs beside home and `XDG_*` to leave the real ones alone. */
  environment(home: string): Readonly<Record<string, string>>
  /** The settings files that a user writes, below the home folder, by line. */
  settings(access: Access): Readonly<Record<string, readonly string[]>>
  /** What a project needs beside `package.json`. */
  readonly projectFiles: Readonly<Record<string, string>>
  readonly lockFile: string
  /** Run in a package's folder before anything else, where the client insists on it. */
  readonly beforePublish?: Args
  publish(options: PublishOptions): Args
  /** How it asks for the second factor of a publish in a terminal: for a code, or with the address of a page. */
  readonly asksFactor: { readonly by: 'code' | 'page'; readonly when: RegExp }
  /** Publishes an archive as it is. */
  publishArchive(file: string): Args
  readonly install: Args
  readonly frozenInstall: Args
  add(spec: string): Args
  /** Runs a program that an installed package brings. */
  runBin(program: string, ...args: readonly string[]): Args
  readonly commands: Commands
  /** The rows of the conformance table that it has no part in, with the reason: the rest is tested. */
  readonly without: Readonly<Partial<Record<Row, string>>>
  /** What a user should know, for the docs. */
  readonly notes: readonly string[]
}
