import type { Command } from 'commander'
import { type Context, createContext, type GlobalOptions } from './context.ts'
import { listenForStop } from './stopping.ts'

/** Adds one command to the program. `acting` makes its action of what it does. */
export type Adder = (program: Command, acting: Acting) => void

/** The arguments are those that commander hands on: what the command takes, then its options. */
export type Acting = <A extends readonly unknown[]>(
  work: (context: Context, ...args: A) => Promise<void>,
) => (...args: A) => Promise<void>

export function actingOn(program: Command): Acting {
  return (work) =>
    async (...args) =>
      work(createContext(program.opts<GlobalOptions>(), listenForStop()), ...args)
}
