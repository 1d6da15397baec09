import { appendFileSync } from 'node:fs'
import { describe, inject, test } from 'vitest'
import type { Access, Client } from './client.ts'
import { clients } from './clients.ts'
import { inTurn } from './in-turn.ts'
import { type Row, rows } from './rows.ts'
import { Sandbox } from './sandbox.ts'

/** One test for each client that has the row's command, with a sandbox of its own; what passes goes into the table. */
export function cells(row: Row, scenario: (box: Sandbox) => Promise<void>, who: 'ana' | 'stranger' = 'ana'): void {
  describe(rows[row], () => {
    for (const client of inTurn(row, clientsOf(row))) {
      test.concurrent(client.label, async () => {
        await inSandbox(client, accessOf(who), scenario)
        passed(row, client)
      })
    }
  })
}

/** Those that have the row's command. */
const clientsOf = (row: Row) => clients.filter(({ without }) => without[row] === undefined)

/** Notes for the docs that a client passed the tests of a row. */
export function passed(row: Row, client: Client): void {
  appendFileSync(inject('cellsFile'), `${JSON.stringify({ row, client: client.id })}\n`)
}

export async function inSandbox(client: Client, access: Access, work: (box: Sandbox) => Promise<void>): Promise<void> {
  const box = new Sandbox(client, access)
  try {
    await work(box)
  } finally {
    box.remove()
  }
}

/** How somebody reaches the registry that the files of this suite share, or the one that requires a login. */
export function accessOf(who: 'ana' | 'bob' | 'stranger', to: 'registry' | 'closedRegistry' = 'registry'): Access {
  const { url, tokens } = inject(to)
  return { registry: `${url}/`, ...(who === 'stranger' ? {} : { token: tokens[who] }) }
}
