import type { ServiceName } from '../../../src/storage/aws.ts'
import type { Account } from '../../support/given-storage.ts'

export interface ServerOptions {
  /** On 127.0.0.1. */
  readonly port: number
  /** For its data; empty, and removed after. */
  readonly directory: string
  readonly account: Account
}

export interface Program {
  readonly command: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>>
}

/** A server that speaks a protocol of AWS, which is installed when somebody asks for it. */
export interface PreparedServer {
  /** In words, with its version. */
  readonly title: string
  readonly serves: readonly ServiceName[]
  /**
   * Installs all of it, in a folder that is empty.
   * @throws StartProblem naming a program that is missing, and what to install
   */
  install(folder: string): Promise<void>
  /** How it is run from that folder. */
  program(folder: string, options: ServerOptions): Program
}
