import type { Client } from './client.ts'
import { bun } from './clients/bun.ts'
import { npm11, npm12 } from './clients/npm.ts'
import { pnpm10, pnpm11, pnpm12 } from './clients/pnpm.ts'
import { yarn1 } from './clients/yarn1.ts'
import { yarn4 } from './clients/yarn4.ts'

/** Every package manager that the suite drives, in the order of the docs. */
export const clients: readonly Client[] = [npm11, npm12, pnpm10, pnpm11, pnpm12, yarn1, yarn4, bun]
