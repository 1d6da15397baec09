import { basename } from 'node:path'
import { beforeEach, type TestContext } from 'vitest'
import type { ServiceName } from '../../src/storage/aws.ts'
import { differences, fullNameOf } from './differences.ts'
import { type ServerName, serversVariable } from './servers/names.ts'

const served: Partial<Record<ServiceName, ServerName>> = JSON.parse(process.env[serversVariable] ?? '{}')
const known = new Map(
  differences
    .filter(({ server, service }) => served[service] === server)
    .map((difference) => [`${difference.service}.test.ts > ${fullNameOf(difference.shownBy)}`, difference]),
)

// A test that shows a known difference must fail there: when it passes, its row in the table is no longer true.
beforeEach(({ task, skip }: TestContext) => {
  const difference = known.get(`${basename(task.file.filepath)} > ${task.fullTestName}`)
  if (difference?.leftOut !== undefined) skip(difference.leftOut)
  if (difference !== undefined) Object.assign(task, { fails: true })
})
