import { basename } from 'node:path'
import { beforeEach, type TestContext } from 'vitest'
import type { ServiceName } from '../../src/storage/aws.ts'
import { differences, fullNameOf } from './differences.ts'
import { type ServerName, serversVariable } from './servers/names.ts'

const served: Partial<Record<ServiceName, ServerName>> = JSON.parse(process.env[serversVariable] ?? '{}')
const known = new Set(
  differences
    .filter(({ server, service }) => served[service] === server)
    .map(({ service, shownBy }) => `${service}.test.ts > ${fullNameOf(shownBy)}`),
)

// A test that shows a known difference must fail there: when it passes, its row in the table is no longer true.
beforeEach(({ task }: TestContext) => {
  if (known.has(`${basename(task.file.filepath)} > ${task.fullTestName}`)) Object.assign(task, { fails: true })
})
